"""Stage keys: equal stages of different trials have equal keys and run once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bench.plan.canonical import content_hash
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
    traced = [
        [measure["name"], measure["params"], versions[f"measure:{measure['name']}"]]
        for measure in spec["measures"]
        if measure["name"] in traces
    ]
    train = content_hash(
        {
            "stage": "train",
            "stages_version": STAGES_VERSION,
            "spec": {key: spec[key] for key in _TRAIN},
            "recipe": spec["recipe"]["train"],
            "versions": _versions(
                versions, ("task", "model", "parametrization", "objective:train", "penalty:train:")
            ),
            **({"traces": traced} if traced else {}),
            **(_taught(spec, versions) if traced or _learns(spec, "train") else {}),
        }
    )
    return keys_after(train, spec, versions)


def teacher_key(spec: Mapping[str, Any], versions: Mapping[str, str]) -> str | None:
    """The key of the finished teacher of a plain spec, None where it has none."""
    if spec.get("teacher") is None:
        return None
    return stage_keys(spec_of_teacher(spec), components_of_teacher(versions)).finetune


def keys_after(train: str, spec: Mapping[str, Any], versions: Mapping[str, str]) -> StageKeys:
    """The keys of a trial's stages where that of its dense network is known, traces and all."""
    score = content_hash(
        {
            "stage": "score",
            "train": train,
            "spec": {key: spec[key] for key in _SCORE},
            "versions": _versions(versions, ("pruner", "matched_to")),
            **_taught(spec, versions),
        }
    )
    finetune = content_hash(
        {
            "stage": "finetune",
            "score": score,
            "sparsity": spec["sparsity"],
            "recipe": spec["recipe"]["finetune"],
            "versions": _versions(versions, ("objective:finetune", "penalty:finetune:")),
            **({"taught": True} if _learns(spec, "finetune") else {}),
        }
    )
    return StageKeys(train, score, finetune)


def _learns(spec: Mapping[str, Any], stage: str) -> bool:
    return spec.get("teacher") is not None and stage in spec["teacher"]["stages"]


def _taught(spec: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, str]:
    """The teacher's part of a key; pruners may look at it, whether or not a stage learns from it."""
    key = teacher_key(spec, versions)
    return {} if key is None else {"teacher": key}


def _versions(versions: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
    return {key: version for key, version in versions.items() if key.startswith(wanted)}
