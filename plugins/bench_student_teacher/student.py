"""A student beside its teacher: the first layers of both, and which of the student's units count most."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bench import Layer, MeasureInput, Unsupported


@dataclass(frozen=True)
class FirstLayers:
    """The first layers of a student and of its teacher.

    Args:
        name: the student's layer.
        student: weight of shape (units, in, …), before pruning.
        teacher: weight of shape (teacher's units, in, …).
        scores: of the student's units, shape (units,), higher for the more important.
    """

    name: str
    student: Tensor
    teacher: Tensor
    scores: Tensor

    @property
    def best(self) -> Tensor:
        """As many of the student's units as the teacher has, best first; of equals the later, as in masks."""
        return torch.argsort(self.scores, stable=True).flip(0)[: len(self.teacher)]


def first_layers(given: MeasureInput) -> FirstLayers:
    """The first layers of the dense network and of its teacher.

    Raises:
        Unsupported: where the task gives no teacher's weights, or the two do not read the same inputs.
    """
    if not given.data.teacher_weights or not given.layers:
        raise Unsupported("the task gives no weights of a teacher")
    name, layer = next(iter(given.layers.items()))
    teacher = given.data.teacher_weights[0].to(layer.weight)
    if layer.groups != 1 or layer.weight.shape[1:] != teacher.shape[1:]:
        student, taught = (_shape(one) for one in (layer.weight, teacher))
        raise Unsupported(f"a unit of {name} has weights of shape {student}, a teacher's of shape {taught}")
    return FirstLayers(name, layer.weight, teacher, unit_scores(given, layer))


def unit_scores(given: MeasureInput, layer: Layer) -> Tensor:
    """What the trial's pruner said of the units of `layer`, else the norms of their incoming weights.

    The norms stand in where the pruner ranks weights, ranked nothing, or does not tell these units apart
    by finite scores.

    Returns:
        Shape (out,), float64.
    """
    said = (given.scores or {}).get(layer.name)
    if said is None or said.shape != layer.weight.shape[:1] or not bool(said.isfinite().all()):
        norms: Tensor = layer.weight.flatten(1).double().norm(dim=1)
        return norms
    return said.detach().to(layer.weight.device, torch.float64)


def _shape(weight: Tensor) -> str:
    return str(tuple(weight.shape[1:]))
