"""Stage keys: equal stages of different trials have equal keys and run once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bench.plan.canonical import content_hash

STAGES_VERSION = 2


@dataclass(frozen=True)
class StageKeys:
    """The content keys of a trial's stages.

    `train` is shared by all pruners and sparsities of a seed; `score` by all sparsities of a pruner;
    `finetune` belongs to the trial. Measures are no part of them, but for traces, which are taken
    while the dense network trains and so belong to `train`.
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
        }
    )
    return keys_after(train, spec, versions)


def keys_after(train: str, spec: Mapping[str, Any], versions: Mapping[str, str]) -> StageKeys:
    """The keys of a trial's stages where that of its dense network is known, traces and all."""
    score = content_hash(
        {
            "stage": "score",
            "train": train,
            "spec": {key: spec[key] for key in _SCORE},
            "versions": _versions(versions, ("pruner", "matched_to")),
        }
    )
    finetune = content_hash(
        {
            "stage": "finetune",
            "score": score,
            "sparsity": spec["sparsity"],
            "recipe": spec["recipe"]["finetune"],
            "versions": _versions(versions, ("objective:finetune", "penalty:finetune:")),
        }
    )
    return StageKeys(train, score, finetune)


def _versions(versions: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
    return {key: version for key, version in versions.items() if key.startswith(wanted)}
