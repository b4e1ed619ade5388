"""Specialization: how well a student's units correlate with those of the teacher that it learnt from."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer, Unsupported
from bench_units.recording import recorded


def specialization(examples: int) -> Scorer:
    """A scorer of units by their best correlation with a teacher's unit of the same depth.

    The correlation of activations is over `examples` training examples: the centred cosine of Tian
    (ICML 2020). It needs the task's teacher, so it is an oracle, not a method. A unit that is silent
    on all of them scores -1.

    Raises:
        Unsupported: where the task has no teacher, or one of fewer hidden layers, or the layer's units
            have places.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        if given.teacher is None:
            raise Unsupported("the task has no teacher to compare units with")
        inputs, _ = given.batch(examples)
        taught = given.teacher(inputs)
        if len(given.layers) > len(taught):
            raise Unsupported(f"{len(given.layers)} hidden layers, but the teacher has {len(taught)}")
        found = recorded(given, inputs)
        scores = {}
        for (name, layer), units in zip(given.layers.items(), taught, strict=False):
            if layer.kind != "linear":
                raise Unsupported(f"{name} is a convolution; the teacher's units have no places")
            scores[name] = best_correlation(found[name], units.T).to(layer.weight)
        return scores

    return score


def best_correlation(students: Tensor, teachers: Tensor) -> Tensor:
    """The largest correlation of each row of `students` (s, n) with a row of `teachers` (t, n): shape (s,).

    Rows that do not vary correlate with nothing: -1 for a student's, none for a teacher's.
    """
    one, other = _standard(students.double()), _standard(teachers.double())
    living = other.any(1)
    if not bool(living.any()):
        return torch.full((len(students),), -1.0, dtype=torch.float64, device=students.device)
    best = (one @ other[living].T).amax(1)
    return best.masked_fill(~one.any(1), -1.0)


def _standard(rows: Tensor) -> Tensor:
    centred = rows - rows.mean(1, keepdim=True)
    norm = centred.norm(dim=1, keepdim=True)
    return torch.where(norm > 0, centred / norm, torch.zeros_like(centred))
