"""Correlations of a student's units with its teacher's of the same depth, over batches of examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench import Layer, Unsupported
from bench.structure import normalised_by

Batches = Callable[[int], Iterable[tuple[Tensor, Tensor]]]
Teacher = Callable[[Tensor], Sequence[Tensor]]

_VECTORS, _MAPS = 1000, 20
_STILL = 1e-12


@dataclass(frozen=True)
class Depth:
    """A student's hidden layer beside its teacher's of the same depth.

    Args:
        name: the student's layer.
        correlations: centred cosines of activations, shape (students, teachers), float64; 0 for a unit
            that does not vary.
        taught: which of the teacher's units vary, shape (teachers,); the others cannot be learnt.
        activity: the mean activation of the student's units, shape (students,).
    """

    name: str
    correlations: Tensor
    taught: Tensor
    activity: Tensor

    @property
    def teacher_best(self) -> Tensor:
        """Of each of the teacher's units that vary, the correlation of the student's best."""
        best: Tensor = self.correlations[:, self.taught].amax(0)
        return best

    @property
    def student_best(self) -> Tensor:
        """Of each of the student's units, its best correlation with one of the teacher's."""
        best: Tensor = self.correlations[:, self.taught].amax(1)
        return best


def compare(
    model: nn.Module, layers: Mapping[str, Layer], teacher: Teacher | None, batches: Batches
) -> list[Depth]:
    """The hidden layers of `model`, each beside its teacher's, first layer first.

    Activations are ReLU of a layer's output, or of that of the batch normalisation right behind it. Over
    images the places of a map count as examples.

    Args:
        model: the student, in eval mode.
        layers: its prunable layers.
        teacher: gives the activations of the teacher's hidden layers; None where the task has none.
        batches: gives (inputs, targets) in batches of a size.

    Raises:
        Unsupported: where there is no teacher, where it has another number of hidden layers, or maps of
            another size, or no unit that varies.
    """
    hidden = [name for name, layer in layers.items() if not layer.is_output]
    if teacher is None or not hidden:
        raise Unsupported("the task has no teacher to compare units with" if hidden else "no hidden layer")
    size = _VECTORS if all(layers[name].kind == "linear" for name in hidden) else _MAPS
    example = next(iter(batches(1)))[0]
    norms = normalised_by(model, example)
    sums = [_Sums() for _ in hidden]
    for inputs, _ in batches(size):
        taught = teacher(inputs)
        if len(taught) != len(hidden):
            raise Unsupported(f"{len(hidden)} hidden layers, but the teacher has {len(taught)}")
        spoken = _outputs(model, [norms.get(name, name) for name in hidden], inputs)
        for own, one, other in zip(sums, spoken, taught, strict=True):
            if one.shape[:1] + one.shape[2:] != other.shape[:1] + other.shape[2:]:
                raise Unsupported(f"maps of {_places(one)} places, but the teacher's have {_places(other)}")
            own.add(_rows(one.relu()), _rows(other))
    return [own.depth(name) for own, name in zip(sums, hidden, strict=True)]


class _Sums:
    """Means and centred products of two groups of units, batch by batch (Chan, Golub and LeVeque 1983)."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: tuple[Tensor, ...] = ()

    def add(self, students: Tensor, teachers: Tensor) -> None:
        """Take up a batch, shapes (n, s) and (n, t)."""
        means = [rows.mean(0) for rows in (students, teachers)]
        one, other = students - means[0], teachers - means[1]
        products = (one.T @ other, one.pow(2).sum(0), other.pow(2).sum(0))
        if not self._parts:
            self._parts, self._count = (*products, *means), len(students)
            return
        cross, *squares, first, second = self._parts
        total = self._count + len(students)
        weight = self._count * len(students) / total
        steps = [means[0] - first, means[1] - second]
        shift = (torch.outer(*steps), steps[0].pow(2), steps[1].pow(2))
        before = (cross, *squares)
        joined = [was + new + weight * by for was, new, by in zip(before, products, shift, strict=True)]
        moved = [
            mean + step * (len(students) / total) for mean, step in zip((first, second), steps, strict=True)
        ]
        self._parts, self._count = (*joined, *moved), total

    def depth(self, name: str) -> Depth:
        """What was added up, as correlations."""
        if not self._parts:
            raise Unsupported("the task has no test example")
        cross, one, other, first, second = self._parts
        varies = [
            squares > _STILL * self._count * mean.pow(2) for squares, mean in ((one, first), (other, second))
        ]
        if not bool(varies[1].any()):
            raise Unsupported(f"no unit of the teacher beside {name} varies")
        both = varies[0][:, None] & varies[1]
        scale = torch.where(both, (one[:, None] * other).sqrt(), 1.0)
        return Depth(name, torch.where(both, cross / scale, 0.0), varies[1], first)


@torch.no_grad()
def _outputs(model: nn.Module, names: Sequence[str], inputs: Tensor) -> list[Tensor]:
    """What the modules `names` of `model` put out, units on axis 1."""
    found: dict[str, Tensor] = {}

    def record(name: str) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            found[name] = output

        return model.get_submodule(name).register_forward_hook(hook)

    hooks = [record(name) for name in names]
    try:
        model(inputs)
    finally:
        for hook in hooks:
            hook.remove()  # type: ignore[attr-defined]
    for name in names:
        if name not in found:
            raise Unsupported(f"no activation comes by {name}")
    return [found[name] for name in names]


def _rows(units: Tensor) -> Tensor:
    """Activations (n, units, …) as (n · places, units), float64."""
    return units.detach().movedim(1, -1).flatten(0, -2).double()


def _places(units: Tensor) -> str:
    return " by ".join(map(str, units.shape[2:])) or "no"
