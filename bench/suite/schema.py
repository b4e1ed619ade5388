"""The suite file, typed: a grid, entries, a recipe, measures, claims and figures."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from bench.suite.recipe import Bool, Float, Recipe, Strict, is_none

SUITE_SCHEMA = 1
UNPRUNED = "none"


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


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


Named = Annotated[Ref, BeforeValidator(_ref)]
Sparsity = Annotated[float, Field(ge=0, le=1, strict=True)]
Share = Annotated[float, Field(ge=0, lt=1, strict=True)]
Seed = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
SuiteName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Grid(Strict):
    """Axes, and their product: cells of the suite.

    Values of a component's parameters that are lists are a product, too.
    """

    name: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    task: Annotated[tuple[Named, ...], BeforeValidator(_listed), Field(min_length=1)]
    model: Annotated[tuple[Named, ...], BeforeValidator(_listed), Field(min_length=1)]
    seed: Annotated[tuple[Seed, ...], BeforeValidator(_listed), Field(min_length=1)] = (0, 1, 2)
    sparsity: Annotated[tuple[Sparsity, ...], BeforeValidator(_listed), Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Grid:
        if self.name in AXES:
            raise ValueError(f"an axis is called '{self.name}'; name the grid otherwise")
        for axis in ("seed", "sparsity"):
            values = getattr(self, axis)
            if len(set(values)) != len(values):
                raise ValueError(f"{axis} names a value twice")
        return self


AXES = tuple(name for name in Grid.model_fields if name != "name")
ONE_GRID, SEVERAL_GRIDS = "one table", "a list of tables"
Grids = Annotated[
    Annotated[Grid, Tag(ONE_GRID)] | Annotated[tuple[Grid, ...], Field(min_length=1), Tag(SEVERAL_GRIDS)],
    Discriminator(lambda value: SEVERAL_GRIDS if isinstance(value, list | tuple) else ONE_GRID),
]
GridNames = Annotated[tuple[str, ...], Field(min_length=1)]


class Teacher(Strict):
    """The network that students learn from: trained on their task, then pruned where it says so.

    `seed` is its own, None for that of its student; `stages` are those of the student that learn from it.
    """

    model: Named
    parametrization: Named = Ref(name="direct")
    pruner: str = UNPRUNED
    params: dict[str, Any] = Field(default_factory=dict)
    sparsity: Sparsity = 0.0
    seed: Seed | None = Field(default=None, exclude_if=is_none)
    recipe: Recipe = Recipe()
    stages: tuple[Literal["train", "finetune"], ...] = ("train",)

    @model_validator(mode="after")
    def _whole(self) -> Teacher:
        if self.pruner == UNPRUNED and self.sparsity > 0:
            raise ValueError("a sparsity, but no pruner")
        tuned = "finetune" in self.recipe.model_fields_set and self.recipe.finetune.epochs > 0
        if self.pruner == UNPRUNED and tuned:
            raise ValueError("recipe.finetune, but no pruner: only a pruned teacher is fine-tuned")
        if self.pruner != UNPRUNED and self.sparsity == 0:
            raise ValueError("a pruner, but no sparsity")
        if len(set(self.stages)) != len(self.stages):
            raise ValueError("stages names a stage twice")
        return self


class Entry(Strict):
    """A contestant: a pruner, or a product of its parameters, with what surrounds it.

    `control` adds contestants that take over the number of weights that it leaves in each layer, and
    choose which ones by themselves. `grids` names the grids that it competes in; None stands for all.
    `teacher` changes the suite's, or is one of the entry's own.
    """

    pruner: str
    params: dict[str, Any] = Field(default_factory=dict)
    parametrization: Named = Ref(name="direct")
    schedule: Named = Ref(name="one-shot")
    control: Literal["layer-matched"] | None = None
    recipe: dict[str, dict[str, Any]] = Field(default_factory=dict)
    sparsity: tuple[Sparsity, ...] | None = None
    grids: GridNames | None = None
    teacher: dict[str, Any] = Field(default_factory=dict)


class Override(Strict):
    """A change of the recipe for the cells that `when` matches, such as one model, in the `grids` named.

    It may change the teacher, too, or give one to those cells.
    """

    when: dict[Literal["task", "model", "pruner", "parametrization"], str] = Field(default_factory=dict)
    grids: GridNames | None = None
    recipe: dict[str, dict[str, Any]] = Field(default_factory=dict)
    teacher: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _conditional(self) -> Override:
        if not self.when and self.grids is None:
            raise ValueError("neither when nor grids says where it applies")
        if not self.recipe and not self.teacher:
            raise ValueError("neither recipe nor teacher says what it changes")
        return self


class Claim(Strict):
    """An analysis with what its source says of it.

    Values from `low` to `high` agree, and those within `tolerance` of them; without bounds, those
    within `tolerance` of `expected`, which must then be a number. What must be among them is said by
    `decides`: the measured value, or any of its interval.
    """

    id: str
    source: str
    statement: str
    analysis: str
    params: dict[str, Any] = Field(default_factory=dict)
    expected: str
    low: Float | None = None
    high: Float | None = None
    tolerance: Float | None = Field(default=None, ge=0)
    decides: Literal["value", "interval"] = "value"

    @model_validator(mode="after")
    def _decidable(self) -> Claim:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        unbounded = self.low is None and self.high is None
        if self.tolerance is not None and unbounded and not _is_number(self.expected):
            raise ValueError("a tolerance needs low or high, or an expected value that is a number")
        return self


class Figure(Strict):
    """A picture of the records, beside the claims; its files are named after `id`."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    title: str = Field(min_length=1, max_length=200)
    caption: str = Field(default="", max_length=2000)
    figure: str
    params: dict[str, Any] = Field(default_factory=dict)


class Keep(Strict):
    """Which stages leave their checkpoint in the store: fine-tuned ones cost space."""

    finetune: Bool = True


class SuiteHead(Strict):
    """What every suite file says of itself."""

    schema_version: Literal[1] = Field(alias="schema")
    name: SuiteName
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
    grid: Grids
    recipe: Recipe = Recipe()
    teacher: Teacher | None = None
    override: tuple[Override, ...] = ()
    entry: tuple[Entry, ...] = Field(min_length=1)
    measures: tuple[Named, ...] = (
        Ref(name="accuracy"),
        Ref(name="sparsity"),
        Ref(name="spectrum"),
        Ref(name="cost"),
    )
    claim: tuple[Claim, ...] = ()
    figure: tuple[Figure, ...] = ()

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The grid, or the several, in the file's order."""
        return (self.grid,) if isinstance(self.grid, Grid) else self.grid

    @model_validator(mode="after")
    def _distinct(self) -> SuiteFile:
        names = [grid.name for grid in self.grids]
        if len(names) > 1 and None in names:
            raise ValueError("each of several grids needs a name")
        if len(set(names)) != len(names):
            raise ValueError("two grids have the same name")
        for kind, tables in (("claims", self.claim), ("figures", self.figure)):
            ids = [table.id for table in tables]
            if len(set(ids)) != len(ids):
                raise ValueError(f"two {kind} have the same id")
        return self
