"""The measure `input-ranking`: whether a network's own ranking of inputs finds those that matter."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from bench import Measured, MeasureInput, Unsupported
from bench_student_teacher.student import first_layers


def input_ranking(given: MeasureInput) -> Measured:
    """Inputs ranked by the norms of their columns of the first layer, against those the teacher reads.

    See `docs/measures.md` for the metrics.

    Raises:
        Unsupported: where the task gives no teacher's weights, or those of another input.
    """
    first = first_layers(given)
    relevant = column_norms(first.teacher) > 0
    count = int(relevant.sum())
    if count == 0:
        raise Unsupported("the teacher reads no input")
    norms = column_norms(first.student)
    top = torch.zeros_like(relevant)
    top[torch.argsort(norms, descending=True, stable=True)[:count]] = True
    rest = float(norms[~relevant].max()) if count < len(relevant) else 0.0
    evaluation = given.evaluate(keeping_inputs(given.dense, first.name, top))
    return Measured(
        {
            "relevant_inputs": count,
            "input_recall": int((top & relevant).sum()) / count,
            "input_separation": float(norms[relevant].min()) / rest if rest > 0 else None,
            "mse_top_inputs": evaluation.squared_error if given.data.kind == "regression" else None,
        }
    )


def column_norms(weight: Tensor) -> Tensor:
    """‖w_:j‖₂ of the weights that multiply each input or input channel j: shape (in,), float64."""
    norms: Tensor = weight.detach().double().transpose(0, 1).flatten(1).norm(dim=1)
    return norms


def keeping_inputs(model: nn.Module, name: str, kept: Tensor) -> nn.Module:
    """A copy of `model` whose layer `name` reads only the inputs that are `kept`, shape (in,)."""
    cut = copy.deepcopy(model)
    weight = cut.get_submodule(name).weight
    assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker
    with torch.no_grad():
        weight.mul_(kept.to(weight).view(1, -1, *[1] * (weight.ndim - 2)))
    return cut
