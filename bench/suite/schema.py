"""The suite file, typed: a grid, entries, a recipe, measures and claims."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bench.suite.recipe import Bool, Float, Recipe, Strict

SUITE_SCHEMA = 1


class Ref(Strict):
    """A component by name, with parameters.

    A bare string is short for no parameters, and "timm:resnet18" for the component `timm` with the
    parameter `name` at "resnet18".
    """

    name: str
    params: dict[str, Any] = Field(default_factory=dict)


def _ref(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name, colon, of = value.partition(":")
    return {"name": name, "params": {"name": of}} if colon else {"name": value}


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Named = Annotated[Ref, BeforeValidator(_ref)]
Sparsity = Annotated[float, Field(ge=0, le=1, strict=True)]
Share = Annotated[float, Field(ge=0, lt=1, strict=True)]
Seed = Annotated[int, Field(ge=0, lt=2**31, strict=True)]


class Grid(Strict):
    """The axes whose product is the suite's cells."""

    task: Annotated[tuple[Named, ...], BeforeValidator(_listed), Field(min_length=1)]
    model: Annotated[tuple[Named, ...], BeforeValidator(_listed), Field(min_length=1)]
    seed: Annotated[tuple[Seed, ...], BeforeValidator(_listed), Field(min_length=1)] = (0, 1, 2)
    sparsity: Annotated[tuple[Sparsity, ...], BeforeValidator(_listed), Field(min_length=1)]


class Entry(Strict):
    """A contestant: a pruner, or a product of its parameters, with what surrounds it."""

    pruner: str
    params: dict[str, Any] = Field(default_factory=dict)
    parametrization: Named = Ref(name="direct")
    schedule: Named = Ref(name="one-shot")
    recipe: dict[str, dict[str, Any]] = Field(default_factory=dict)
    sparsity: tuple[Sparsity, ...] | None = None


class Override(Strict):
    """A change of the recipe for the cells that `when` matches, such as one model."""

    when: dict[Literal["task", "model", "pruner", "parametrization"], str] = Field(min_length=1)
    recipe: dict[str, dict[str, Any]]


class Claim(Strict):
    """An analysis with what its source says of it."""

    id: str
    source: str
    statement: str
    analysis: str
    params: dict[str, Any] = Field(default_factory=dict)
    expected: str
    low: Float | None = None
    high: Float | None = None
    tolerance: Float | None = None


class Keep(Strict):
    """Which stages leave their checkpoint in the store: fine-tuned ones cost space."""

    finetune: Bool = True


class SuiteHead(Strict):
    """What every suite file says of itself."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    version: str = Field(min_length=1, max_length=32)
    summary: str = Field(min_length=1, max_length=200)
    requires: tuple[str, ...] = ()
    keep: Keep = Keep()
    timeout: Float | None = Field(default=None, gt=0, description="seconds a trial may take")


class JoinedFile(SuiteHead):
    """Suites that are run together; each keeps its own name on its records."""

    include: tuple[str, ...] = Field(min_length=1)


class SuiteFile(SuiteHead):
    """A whole suite.

    `output_layer` says whether the last layer's weights are pruned and counted; `validation` is the
    share of the training data that is held out of training, to choose by.
    """

    output_layer: Literal["included", "exempt"] = "included"
    validation: Share = 0.0
    grid: Grid
    recipe: Recipe = Recipe()
    override: tuple[Override, ...] = ()
    entry: tuple[Entry, ...] = Field(min_length=1)
    measures: tuple[Named, ...] = (
        Ref(name="accuracy"),
        Ref(name="sparsity"),
        Ref(name="spectrum"),
        Ref(name="cost"),
    )
    claim: tuple[Claim, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> SuiteFile:
        for axis in ("seed", "sparsity"):
            values = getattr(self.grid, axis)
            if len(set(values)) != len(values):
                raise ValueError(f"grid.{axis} names a value twice")
        return self
