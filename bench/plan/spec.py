"""The spec of a trial: one fully resolved cell of a suite."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bench.suite.recipe import Float, Int, Recipe, Strict, is_none
from bench.suite.schema import Ref, SuiteName, Teacher


class Spec(Strict):
    """Everything that a trial's numbers depend on, defaults included, but no machine and no device.

    `params` are the pruner's, with the harness's `scope`, and `budget` for units; `sparsity` is the
    requested share of zeros, or of hidden units. `matched_to` is the pruner whose per-layer counts a
    layer-matched control takes over, if it is one; `validation` the share of the training data that is
    held out of training. `teacher` is the network that it learns from, left out where there is none.
    """

    task: str
    task_params: dict[str, Any]
    model: str
    model_params: dict[str, Any]
    parametrization: str
    parametrization_params: dict[str, Any]
    pruner: str
    params: dict[str, Any]
    matched_to: Ref | None
    schedule: str
    schedule_params: dict[str, Any]
    sparsity: Float
    seed: Int
    output_layer: Literal["included", "exempt"]
    validation: Float
    recipe: Recipe
    measures: tuple[Ref, ...]
    teacher: Teacher | None = Field(default=None, exclude_if=is_none)


class ComponentRef(Strict):
    """A component as a record names it: its version, and where it came from."""

    name: str
    version: str
    distribution: str
    distribution_version: str


class SuiteRef(Strict):
    """The suite a record belongs to; its name is that of folders and files."""

    name: SuiteName
    version: str
