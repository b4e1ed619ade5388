"""What the harness hands to a component's callable, and what it expects back.

Shapes are written as (a, b, …); `n` is the number of examples of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd
    from torch import Generator, Tensor, nn

    from bench.registry.rewriting import Scored

LONGEST_CURVE = 10_000


@dataclass(frozen=True)
class Layer:
    """A prunable layer: a Linear or a convolution, with its dense weights.

    `weight` is detached and has shape (out, in) or (out, in/groups, kh, kw).
    """

    name: str
    kind: Literal["linear", "conv"]
    weight: Tensor
    groups: int = 1
    is_output: bool = False


def each_time(key: str, make: Callable[[], Any]) -> Any:
    """What `make` gives, computed now: the `once` of an input that remembers nothing."""
    del key
    return make()


@dataclass(frozen=True)
class PruneInput:
    """What a pruner sees: the dense model and its prunable layers.

    Args:
        model: the dense model, in eval mode; it may be run and copied, and is checked for edits.
        layers: the layers whose weights count, by module name.
        generator: the only allowed source of randomness, seeded for the trial.
        batch: `batch(size)` gives (inputs, targets) drawn from training data, normalised.
        loss: `loss(outputs, targets)` is the task's loss, a scalar.
        teacher: the task's teacher network, where there is one: see `TaskData`.
        once: `once(key, make)` gives what `make` gave when this pruner, at whatever parameters, first
            asked for `key` of this dense network: for facts of its weights alone, nothing drawn, which
            all sparsities share. They are shared memory: change none of them.
    """

    model: nn.Module
    layers: Mapping[str, Layer]
    generator: Generator
    batch: Callable[[int], tuple[Tensor, Tensor]]
    loss: Callable[[Tensor, Tensor], Tensor]
    teacher: Callable[[Tensor], Sequence[Tensor]] | None = None
    once: Callable[[str, Callable[[], Any]], Any] = each_time


@dataclass(frozen=True)
class Sparsified:
    """What a sparsifying pruner returns for one layer.

    `mask` is boolean, True where a weight is kept; `values`, if given, replaces the kept weights.
    Both have the weight's shape.
    """

    mask: Tensor
    values: Tensor | None = None


class Scorer(Protocol):
    """Importance per weight (the weight's shape) or per unit (shape (out,)), for every layer."""

    def __call__(self, given: PruneInput) -> Mapping[str, Tensor] | Scored:
        """Higher is more important; NaN is refused. Of units, `Scored` rewrites the network too."""


class Sparsifier(Protocol):
    """Masks, and values if it rescales, with exactly `keep[name]` weights kept in each layer."""

    def __call__(self, given: PruneInput, keep: Mapping[str, int]) -> Mapping[str, Sparsified]:
        """Return one `Sparsified` a layer."""


class Reparametrize(Protocol):
    """Registers torch parametrizations on the model's layers; the harness folds them back."""

    def __call__(self, model: nn.Module) -> None:
        """Leave the model's function as it was."""


@dataclass(frozen=True)
class DataRequest:
    """Where a task may read and cache data, and the seed of a synthetic one."""

    root: Path
    download: bool
    seed: int


@dataclass(frozen=True)
class Split:
    """Inputs (n, …), uint8 images or floats, and targets (n,) int64 or (n, d) floats."""

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class TaskData:
    """A task's data: training and test splits, and what a model must know of them.

    uint8 inputs are scaled to 0–1; then `mean` and `std`, one value a channel, normalise them. Where the
    targets are a network's, or the suite has a `[teacher]`, `teacher` gives the activations of that
    network's hidden layers, (n, units) or (n, units, h, w), for normalised inputs (n, …), first layer
    first, and `teacher_weights` its weights, float32, shapes (out, in) or (out, in, kh, kw).
    """

    train: Split
    test: Split
    kind: Literal["classification", "regression"]
    num_classes: int
    in_channels: int
    image_size: int
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    teacher: Callable[[Tensor], Sequence[Tensor]] | None = None
    teacher_weights: Sequence[Tensor] = ()


class LoadTask(Protocol):
    """Loads or makes the data of a task."""

    def __call__(self, request: DataRequest) -> TaskData:
        """Raise `UserError` where data is missing, saying how to get it."""


@dataclass(frozen=True)
class ObjectiveInput:
    """One training step as an objective sees it; `teacher` runs the teacher, where there is one."""

    model: nn.Module
    inputs: Tensor
    outputs: Tensor
    targets: Tensor
    kind: Literal["classification", "regression"]
    teacher: Callable[[Tensor], Tensor] | None = None


@dataclass(frozen=True)
class BankStep:
    """One training step of K networks that are trained as a bank.

    Args:
        model: one of the networks, for its structure alone.
        parameters: of all networks by name, each (K, …).
        inputs, outputs, targets: as in `ObjectiveInput`, each (K, n, …).
        kind: the task's.
    """

    model: nn.Module
    parameters: Mapping[str, Tensor]
    inputs: Tensor
    outputs: Tensor
    targets: Tensor
    kind: Literal["classification", "regression"]


class ObjectiveFunction(Protocol):
    """The training loss of a step, or a penalty added to it.

    One that also has a method `rows(step: BankStep) -> Tensor` with the K losses of a bank, equal to
    what a call gives for each network, can be trained in banks. With `slopes(step: BankStep)`, which gives
    these losses and the gradient of each by its network's outputs, (K, n, …), it spares them autograd; it
    may give None for a kind of task that it leaves to `rows`.
    """

    def __call__(self, step: ObjectiveInput) -> Tensor:
        """Return a differentiable scalar."""


@dataclass(frozen=True)
class Evaluation:
    """A model on a whole split: correct counts are over all `count` examples, never batch means."""

    count: int
    correct: int
    correct_top5: int
    loss: float
    squared_error: float


def no_batches(_size: int) -> Iterable[tuple[Tensor, Tensor]]:
    """No batch at all: the `batches` of an input without data."""
    return ()


@dataclass(frozen=True)
class MeasureInput:
    """What a measure reads: the three states of a trial's model, and how to evaluate one.

    Args:
        dense: before pruning.
        pruned: right after the last pruning, before fine-tuning.
        final: after fine-tuning.
        layers: dense prunable layers by name; `masks`: their masks, True where kept.
        evaluate: the test split through a model; each model is evaluated once.
        validate: the same for the validation split; None where the suite holds nothing out.
        example: one normalised input, shape (1, …).
        batches: `batches(size)` gives the test split in order as (inputs, targets), normalised and beside
            the models; for what is computed of many variants of a network at once.
        once: `once(key, make)` gives what `make` gave when this measure first asked for `key` of this
            dense network: for facts of the dense network alone, which all its prunings share.
        scores: what the trial's pruner said of the dense network, by layer: of its weights, the weight's
            shape, or of its units, shape (out,); higher is more important. None where it gave none, for
            controls, and for schedules other than one-shot.
        rewritten: what the pruner rewrote the dense network into, which `scores` are then of, if it did.
    """

    dense: nn.Module
    pruned: nn.Module
    final: nn.Module
    layers: Mapping[str, Layer]
    masks: Mapping[str, Tensor]
    evaluate: Callable[[nn.Module], Evaluation]
    example: Tensor
    data: TaskData
    once: Callable[[str, Callable[[], Any]], Any] = each_time
    batches: Callable[[int], Iterable[tuple[Tensor, Tensor]]] = no_batches
    scores: Mapping[str, Tensor] | None = None
    validate: Callable[[nn.Module], Evaluation] | None = None
    rewritten: nn.Module | None = None


@dataclass(frozen=True)
class Measured:
    """Numbers of a trial, numbers a layer, and curves; a number that is undefined is None, never NaN.

    A curve is a sequence of at most `LONGEST_CURVE` numbers, whose name the measure declares; its
    abscissae, where they are not plain, are a curve too.
    """

    metrics: Mapping[str, float | int | None]
    per_layer: Mapping[str, Mapping[str, float | int | None]] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float | int | None]] = field(default_factory=dict)


class MeasureFunction(Protocol):
    """Reads numbers off a model and changes nothing."""

    def __call__(self, given: MeasureInput) -> Measured:
        """Return the same metric names for every model.

        Raise `Unsupported` for a model that cannot be measured so: the metrics are then None, the
        record keeps the reason, and the trial goes on.
        """


@dataclass(frozen=True)
class Analysed:
    """A statement over many records: a value, its 95 % interval where there is one, and details."""

    value: float | None
    low: float | None = None
    high: float | None = None
    details: Mapping[str, float | int | str | None] = field(default_factory=dict)


class AnalysisFunction(Protocol):
    """Computes a statement from a suite's tidy frame, one row a record."""

    def __call__(self, frame: pd.DataFrame) -> Analysed:
        """Return `value=None` where the records do not suffice."""


class FigureFunction(Protocol):
    """Draws a picture of a suite's tidy frame, one row a record, in the harness's style.

    It makes its own `matplotlib.figure.Figure`, without pyplot, so that nothing stays open.
    """

    def __call__(self, frame: pd.DataFrame) -> matplotlib.figure.Figure:
        """Raise `Unsupported` with the reason where the records do not suffice."""
