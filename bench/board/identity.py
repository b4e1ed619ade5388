"""What makes two records the same contestant, and what makes two contestants comparable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.plan.canonical import content_hash
from bench.plan.stages import stage_keys

_CELL = ("task", "task_params", "model", "model_params", "output_layer")
_REPEATED = ("seed", "sparsity")


def identities(record: Mapping[str, Any]) -> dict[str, str]:
    """The hashes `cell`, `entry` and `dense` of a plain record.

    `cell`: suite with its version, task, model and what counts as prunable; only numbers of one cell
    are compared. `entry`: the whole spec but seed and sparsity, with the components' versions, so that
    two versions of a pruner are two contestants. `dense`: the training stage without its seed; entries
    with an equal one prune the very same dense networks.
    """
    spec, suite = record["spec"], record["suite"]
    components = {key: (part["name"], part["version"]) for key, part in record["components"].items()}
    versions = {key: version for key, (_, version) in components.items()}
    fixed = {key: value for key, value in spec.items() if key not in _REPEATED}
    return {
        "cell": content_hash({"suite": suite, "spec": {key: spec[key] for key in _CELL}}),
        "entry": content_hash({"suite": suite, "spec": fixed, "components": components}),
        "dense": stage_keys({**spec, "seed": 0}, versions).train,
    }
