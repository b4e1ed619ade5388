"""Stage keys: equal stages of different trials have equal keys and run once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.plan.canonical import Blank, Form, content_hash
from bench.plan.teaching import components_of_teacher, spec_of_teacher

STAGES_VERSION = 2


@dataclass(frozen=True)
class StageKeys:
    """The content keys of a trial's stages.

    `train` is shared by all pruners and sparsities of a seed; `score` by all sparsities of a pruner;
    `finetune` belongs to the trial. Measures are no part of them, but for traces, which are taken
    while the dense network trains and so belong to `train`. A teacher's last key goes into those of its
    student.
    """

    train: str
    score: str
    finetune: str


_TRAIN = (
    "task",
    "task_params",
    "validation",
    "model",
    "model_params",
    "parametrization",
    "parametrization_params",
    "seed",
)
_SCORE = ("pruner", "params", "matched_to", "schedule", "schedule_params", "output_layer")


def stage_keys(
    spec: Mapping[str, Any], versions: Mapping[str, str], traces: Collection[str] = ()
) -> StageKeys:
    """The keys of a trial's stages from its plain spec, its components' versions and its traces' names.

    Each key holds the key before it, so that a change invalidates its own stage and those after.
    """
    teacher = teacher_key(spec, versions)
    train = content_hash(_train_facts(spec, versions, traces, teacher))
    return _keys_after(train, spec, versions, teacher)


def teacher_key(spec: Mapping[str, Any], versions: Mapping[str, str]) -> str | None:
    """The key of the finished teacher of a plain spec, None where it has none."""
    if spec.get("teacher") is None:
        return None
    return stage_keys(spec_of_teacher(spec), components_of_teacher(versions)).finetune


def keys_after(train: str, spec: Mapping[str, Any], versions: Mapping[str, str]) -> StageKeys:
    """The keys of a trial's stages where that of its dense network is known, traces and all."""
    return _keys_after(train, spec, versions, teacher_key(spec, versions))


class StageForms:
    """The keys of the stages of trials that differ in seed and sparsity alone.

    They are those that `stage_keys` gives for each of the trials; what they have in common is written once.
    """

    def __init__(
        self, spec: Mapping[str, Any], versions: Mapping[str, str], traces: Collection[str] = ()
    ) -> None:
        """Write the forms of a plain spec whose `seed` and `sparsity` are blanks of those names."""
        self._teacher: StageForms | None = None
        teacher: Blank | None = None
        if spec.get("teacher") is not None:
            self._teacher = StageForms(spec_of_teacher(spec), components_of_teacher(versions))
            teacher = Blank("teacher")
        self._train = Form(_train_facts(spec, versions, traces, teacher))
        self._score = Form(_score_facts(Blank("train"), spec, versions, teacher))
        self._finetune = Form(_finetune_facts(Blank("score"), spec, versions))

    def keys(self, seed: int, sparsities: Iterable[float]) -> list[StageKeys]:
        """The keys of the trials of one seed, in the order of their sparsities."""
        taught = {"teacher": self._teacher.keys(seed, (0.0,))[0].finetune} if self._teacher else {}
        train = self._train.hash({"seed": seed, **taught})
        score = self._score.hash({"train": train, **taught})
        return [
            StageKeys(train, score, self._finetune.hash({"score": score, "sparsity": sparsity}))
            for sparsity in sparsities
        ]


def _keys_after(
    train: str, spec: Mapping[str, Any], versions: Mapping[str, str], teacher: str | None
) -> StageKeys:
    score = content_hash(_score_facts(train, spec, versions, teacher))
    return StageKeys(train, score, content_hash(_finetune_facts(score, spec, versions)))


def _train_facts(
    spec: Mapping[str, Any],
    versions: Mapping[str, str],
    traces: Collection[str],
    teacher: str | Blank | None,
) -> dict[str, Any]:
    traced = [
        [measure["name"], measure["params"], versions[f"measure:{measure['name']}"]]
        for measure in spec["measures"]
        if measure["name"] in traces
    ]
    return {
        "stage": "train",
        "stages_version": STAGES_VERSION,
        "spec": {key: spec[key] for key in _TRAIN},
        "recipe": spec["recipe"]["train"],
        "versions": _versions(
            versions, ("task", "model", "parametrization", "objective:train", "penalty:train:")
        ),
        **({"traces": traced} if traced else {}),
        **(_taught(teacher) if traced or _learns(spec, "train") else {}),
    }


def _score_facts(
    train: str | Blank, spec: Mapping[str, Any], versions: Mapping[str, str], teacher: str | Blank | None
) -> dict[str, Any]:
    return {
        "stage": "score",
        "train": train,
        "spec": {key: spec[key] for key in _SCORE},
        "versions": _versions(versions, ("pruner", "matched_to")),
        **_taught(teacher),
    }


def _finetune_facts(
    score: str | Blank, spec: Mapping[str, Any], versions: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "stage": "finetune",
        "score": score,
        "sparsity": spec["sparsity"],
        "recipe": spec["recipe"]["finetune"],
        "versions": _versions(versions, ("objective:finetune", "penalty:finetune:")),
        **({"taught": True} if _learns(spec, "finetune") else {}),
    }


def _learns(spec: Mapping[str, Any], stage: str) -> bool:
    return spec.get("teacher") is not None and stage in spec["teacher"]["stages"]


def _taught(teacher: str | Blank | None) -> dict[str, str | Blank]:
    """The teacher's part of a key; pruners may look at it, whether or not a stage learns from it."""
    return {} if teacher is None else {"teacher": teacher}


def _versions(versions: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
    return {key: version for key, version in versions.items() if key.startswith(wanted)}
