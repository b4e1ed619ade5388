"""The components that plugins register: frozen dataclasses with metadata and a late `build`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bench.registry.harness import BUDGET, EPOCHS, SCOPE, SCOPES, SHAPE
from bench.registry.parameters import Param, Params, resolve

if TYPE_CHECKING:
    from torch import nn

    from bench.registry import contracts
    from bench.registry.tracing import TraceFunction

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Component:
    """What all components have.

    Args:
        name: what suites write; lower case, digits, '.', '_' and '-'.
        summary: one sentence for `bench list`.
        build: takes the resolved parameters and returns the component's callable; imports late.
        params: the parameters, typed, with defaults.
        version: bump it when results change; only this component's cached stages are then redone.
        needs: requirements such as "torch-pruning>=1.6" that must be installed.
        cite: the paper, as authors, title, venue and year.
        check: raises `UserError` for parameters that contradict each other; asked before anything runs.
    """

    kind: ClassVar[str] = "component"

    name: str
    summary: str
    build: Callable[[Params], Any]
    params: tuple[Param, ...] = ()
    version: str = "1"
    needs: tuple[str, ...] = ()
    cite: str = ""
    check: Callable[[Params], None] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.kind} name {self.name!r}: lower case, digits, '.', '_', '-', at most 64")
        if not isinstance(self.summary, str) or not self.summary.strip():
            raise ValueError(f"{self.kind} '{self.name}': the summary is empty")
        if not isinstance(self.version, str) or not self.version:
            raise ValueError(
                f"{self.kind} '{self.name}': version is a non-empty string, not {self.version!r}"
            )
        if not callable(self.build):
            raise TypeError(f"{self.kind} '{self.name}': build is not callable")
        self._check_metadata()
        names = [param.name for param in self.params]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.kind} '{self.name}': a parameter is declared twice")

    def _check_metadata(self) -> None:
        if not isinstance(self.params, tuple | list) or not all(isinstance(p, Param) for p in self.params):
            raise TypeError(f"{self.kind} '{self.name}': params is a tuple of bench.Param")
        if not isinstance(self.needs, tuple | list) or not all(isinstance(n, str) for n in self.needs):
            raise TypeError(f"{self.kind} '{self.name}': needs is a tuple of strings")
        if not isinstance(self.cite, str):
            raise TypeError(f"{self.kind} '{self.name}': cite is a string")

    def resolve(self, given: Params) -> dict[str, Any]:
        """All parameter values: those `given`, checked, and the defaults of the others."""
        values = resolve(self.all_params, given, f"{self.kind} '{self.name}'")
        if self.check is not None:
            self.check(values)
        return values

    @property
    def all_params(self) -> tuple[Param, ...]:
        """The declared parameters and those that the harness adds."""
        return self.params

    def make(self, given: Params) -> Any:
        """Check `given` and build the component's callable."""
        return self.build(self.resolve(given))


@dataclass(frozen=True, kw_only=True)
class Pruner(Component):
    """Ranks weights or units (`mode="score"`), or returns masks and values (`mode="sparsify"`).

    The harness owns the budget: it adds the parameter `scope`, and `budget` where units are ranked,
    allocates, breaks ties by index and takes exact top-k, so that methods differ in ranking alone.

    Args:
        mode: "score" builds a `Scorer`, "sparsify" a `Sparsifier`.
        unit: for scores, whether a "weight" or a "unit" (a neuron or an output channel) is ranked.
        nested: a sparsifier's promise that a higher sparsity keeps a subset; scores always nest.
        scopes: the values of `scope` that make sense for the method; the first is its default.
        recipe: recipe keys that belong to the method, from its parameters, such as
            {"train.weight_decay": 5e-3}; they override the suite's.
    """

    kind: ClassVar[str] = "pruner"

    mode: Literal["score", "sparsify"] = "score"
    unit: Literal["weight", "unit"] = "weight"
    nested: bool = False
    scopes: tuple[str, ...] = SCOPES
    recipe: Callable[[Params], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("score", "sparsify"):
            raise ValueError(f"pruner '{self.name}': mode is 'score' or 'sparsify', not {self.mode!r}")
        if self.unit not in ("weight", "unit"):
            raise ValueError(f"pruner '{self.name}': unit is 'weight' or 'unit', not {self.unit!r}")
        for own in self._added:
            if any(param.name == own.name for param in self.params):
                raise ValueError(f"pruner '{self.name}': the parameter '{own.name}' is the harness's own")
        if not self.scopes or not set(self.scopes) <= set(SCOPES):
            raise ValueError(f"pruner '{self.name}': scopes are some of {', '.join(SCOPES)}")

    @property
    def _added(self) -> tuple[Param, ...]:
        return (SCOPE, BUDGET) if self.unit == "unit" else (SCOPE,)

    @property
    def all_params(self) -> tuple[Param, ...]:
        """The pruner's own parameters and the harness's: `scope`, and `budget` where units are ranked."""
        scope = replace(SCOPE, default=self.scopes[0], choices=tuple(self.scopes))
        return (*self.params, scope, *self._added[1:])

    def make(self, given: Params) -> contracts.Scorer | contracts.Sparsifier:
        """Build the scorer or sparsifier; what the harness added stays with it."""
        values = self.resolve(given)
        for own in self._added:
            values.pop(own.name)
        return self.build(values)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Parametrization(Component):
    """Re-expresses weights through `torch.nn.utils.parametrize`; builds a `Reparametrize`.

    Args:
        rates: learning rates of its own: from its parameters and a parametrized model, by parameter name,
            factors of the recipe's rate. It is asked once before training; others have the factor 1.
    """

    kind: ClassVar[str] = "parametrization"

    rates: Callable[[Params, nn.Module], Mapping[str, float]] | None = None

    def learning_rates(self, given: Params, model: nn.Module) -> Mapping[str, float]:
        """The factors of the recipe's learning rate by name of `model`'s parameters.

        Raises:
            ValueError: for a name that is no parameter, or a factor that is negative or not finite.
        """
        if self.rates is None:
            return {}
        factors = dict(self.rates(self.resolve(given), model))
        known = {name for name, _ in model.named_parameters()}
        for name, factor in factors.items():
            if name not in known or not 0 <= factor < float("inf"):
                raise ValueError(f"learning rate of {name!r}: {factor!r} for no parameter, or out of range")
        return factors


@dataclass(frozen=True, kw_only=True)
class Model(Component):
    """Builds an `nn.Module`; the harness fills `num_classes`, `in_channels` and `image_size`."""

    kind: ClassVar[str] = "model"

    @property
    def all_params(self) -> tuple[Param, ...]:
        """The model's own parameters and the task's shape."""
        return (*self.params, *SHAPE)

    def make(self, given: Params) -> nn.Module:
        """Build the network, freshly initialised from torch's global generator."""
        return super().make(given)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Task(Component):
    """A data set, classification or regression; builds a `LoadTask`.

    `seeded` says that the data depend on the trial's seed, as a synthetic teacher's do.
    """

    kind: ClassVar[str] = "task"

    seeded: bool = False


@dataclass(frozen=True, kw_only=True)
class Objective(Component):
    """A training loss, or a `penalty` that recipes add to it; builds an `ObjectiveFunction`.

    `needs_teacher` says that it asks `step.teacher`, which is None for others: a suite can then use it where
    its `[teacher]` teaches, and in fine-tuning, where the dense network does if no other.
    """

    kind: ClassVar[str] = "objective"

    role: Literal["loss", "penalty"] = "loss"
    needs_teacher: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure(Component):
    """Numbers read off a model; builds a `MeasureFunction`, or a `TraceFunction` where it is a trace.

    Args:
        metrics: the names of what it returns, all of them; None stands where one is undefined.
        curves: the names of the curves that it may return; one that does not apply is left out.
        volatile: those of both that differ between two runs of the same trial, such as times.
        trace: whether it reads the dense network while that is trained, instead of the trial's three
            models; the harness adds the parameter `epochs`.
    """

    kind: ClassVar[str] = "measure"

    metrics: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    trace: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = sorted(set(self.volatile) - {*self.metrics, *self.curves})
        if unknown:
            known = "metrics or curves" if self.curves else "metrics"
            raise ValueError(f"measure '{self.name}': volatile {unknown[0]!r} is none of its {known}")
        if self.trace and any(param.name == EPOCHS.name for param in self.params):
            raise ValueError(f"measure '{self.name}': the parameter 'epochs' is the harness's own")

    @property
    def all_params(self) -> tuple[Param, ...]:
        """The measure's own parameters, and the harness's `epochs` for a trace."""
        return (*self.params, EPOCHS) if self.trace else self.params

    def make(self, given: Params) -> contracts.MeasureFunction | TraceFunction:
        """Build the function; a trace's `epochs` stay with the harness."""
        values = self.resolve(given)
        if self.trace:
            values.pop(EPOCHS.name)
        return self.build(values)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Analysis(Component):
    """A statement computed over many records; builds an `AnalysisFunction`."""

    kind: ClassVar[str] = "analysis"


@dataclass(frozen=True, kw_only=True)
class Figure(Component):
    """A picture drawn of many records; builds a `FigureFunction`."""

    kind: ClassVar[str] = "figure"


@dataclass(frozen=True, kw_only=True)
class Suite(Component):
    """A suite file that a plugin ships."""

    kind: ClassVar[str] = "suite"

    path: Path

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.path, Path):
            raise TypeError(f"suite '{self.name}': path is a pathlib.Path, not {self.path!r}")

    @classmethod
    def at(cls, path: Path, summary: str) -> Suite:
        """The suite in the TOML file at `path`, named after the file."""
        return cls(name=path.stem, summary=summary, path=path, build=lambda _: path)


@dataclass(frozen=True, kw_only=True)
class Executor(Component):
    """A place where trials run; builds an `ExecutorFunction`. It is no part of specs or trial ids."""

    kind: ClassVar[str] = "executor"


_EVERY = (Pruner, Parametrization, Model, Task, Objective, Measure, Analysis, Figure, Suite, Executor)
KINDS: Mapping[str, type[Component]] = {component.kind: component for component in _EVERY}
PLURALS: Mapping[str, str] = {kind: "analyses" if kind == "analysis" else f"{kind}s" for kind in KINDS}
