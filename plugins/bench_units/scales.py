"""Scales of the batch normalisations behind layers."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Unsupported
from bench.structure import normalised_by


def bn_scale(given: PruneInput) -> dict[str, Tensor]:
    """|γ| of the batch normalisation right behind each unit; infinite where there is none.

    Raises:
        Unsupported: where no layer has one.
    """
    example, _ = given.batch(1)
    norms = normalised_by(given.model, example)
    scores = {}
    for name, layer in given.layers.items():
        scale = getattr(given.model.get_submodule(norms[name]), "weight", None) if name in norms else None
        if not bool(layer.weight.isfinite().all()):
            raise ValueError(f"the weights of {name} are not finite")
        absent = torch.full_like(layer.weight.flatten(1)[:, 0], torch.inf)
        scores[name] = absent if scale is None else scale.detach().abs()
    if all(bool(score.isinf().all()) for score in scores.values()):
        raise Unsupported("no layer has a batch normalisation with a scale right behind it")
    return scores
