"""What makes two records the same contestant, and what makes two contestants comparable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.plan.canonical import content_hash
from bench.plan.stages import stage_keys

_CELL = ("task", "task_params", "model", "model_params", "output_layer")
_REPEATED = ("seed", "sparsity")


class Identities:
    """The identities of records, one after another; those of one entry share what is computed.

    `cell`: suite with its version, task, model and what counts as prunable; only numbers of one cell
    are compared. `entry`: the whole spec but seed and sparsity, with the components' versions, so that
    two versions of a pruner are two contestants. `dense`: the training stage without its seed; entries
    with an equal one prune the very same dense networks.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def of(self, record: Mapping[str, Any]) -> dict[str, str]:
        """The hashes `cell`, `entry` and `dense` of a plain record."""
        spec, suite = record["spec"], record["suite"]
        components = {key: (part["name"], part["version"]) for key, part in record["components"].items()}
        fixed = {key: value for key, value in spec.items() if key not in _REPEATED}
        entry = content_hash({"suite": suite, "spec": fixed, "components": components})
        if entry not in self._known:
            versions = {key: version for key, (_, version) in components.items()}
            self._known[entry] = {
                "cell": content_hash({"suite": suite, "spec": {key: spec[key] for key in _CELL}}),
                "entry": entry,
                "dense": stage_keys({**spec, "seed": 0}, versions).train,
            }
        return self._known[entry]


def identities(record: Mapping[str, Any]) -> dict[str, str]:
    """The hashes `cell`, `entry` and `dense` of one plain record."""
    return Identities().of(record)
