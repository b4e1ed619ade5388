"""A teacher as a trial of its own, in JSON types: what its stages' keys are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from bench.suite.schedules import RETRAIN

T = TypeVar("T")

PREFIX = "teacher:"
_SHARED = ("task", "task_params", "output_layer", "validation")


def spec_of_teacher(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The plain spec of the trial that makes the teacher of a plain `spec` which has one.

    It is pruned once, and measured by nobody.
    """
    teacher = spec["teacher"]
    seed = teacher.get("seed")
    return {
        **{key: spec[key] for key in _SHARED},
        "model": teacher["model"]["name"],
        "model_params": teacher["model"]["params"],
        "parametrization": teacher["parametrization"]["name"],
        "parametrization_params": teacher["parametrization"]["params"],
        "pruner": teacher["pruner"],
        "params": teacher["params"],
        "matched_to": None,
        "schedule": "one-shot",
        "schedule_params": {param.name: param.default for param in RETRAIN},
        "sparsity": teacher["sparsity"],
        "seed": spec["seed"] if seed is None else seed,
        "recipe": teacher["recipe"],
        "measures": [],
    }


def components_of_teacher(components: Mapping[str, T]) -> dict[str, T]:
    """What is known of the teacher's components, from what is known of all components of a trial.

    A trial's components have the teacher's among them, as `teacher:model`; the task is that of both.
    """
    own = {key.removeprefix(PREFIX): of for key, of in components.items() if key.startswith(PREFIX)}
    return {"task": components["task"], **own}
