"""Rescalings of rows that the batch normalisation behind a layer undoes, so that the function stays.

With D diagonal and positive, a layer DA before a normalisation whose running mean is scaled by D and
running variance by D² computes what A did. Pruning DA by magnitude is another matter.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from math import log

import torch
from torch import Generator, Tensor

from bench import (
    Layer,
    Measured,
    MeasureFunction,
    MeasureInput,
    PruneInput,
    Sparsified,
    Sparsifier,
    Unsupported,
    linalg,
    structure,
)


def row_scales(layer: Layer, spread: float) -> Tensor:
    """D: one positive number a row, log-uniform from 1/spread to spread, by the layer's name alone.

    Shape (out, 1, …) to multiply the weight by, float64, on its device.
    """
    generator = Generator().manual_seed(zlib.crc32(layer.name.encode()))
    drawn = torch.rand(len(layer.weight), generator=generator, dtype=torch.float64)
    scales = ((2 * drawn - 1) * log(spread)).exp()
    return scales.view(-1, *[1] * (layer.weight.ndim - 1)).to(layer.weight.device)


def by_rescaled_rows(spread: float) -> Sparsifier:
    """A sparsifier by |DA| in layers that a batch normalisation follows, and by |A| in the others.

    The kept weights are A's: A pruned so and DA pruned by magnitude are one function, once the
    normalisation has been re-estimated.
    """

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        shape = given.batch(1)[0]
        normalised = _normalised(structure.normalised_by(given.model, shape))
        result = {}
        for name, layer in given.layers.items():
            ranks = layer.weight.double().abs()
            if name in normalised:
                ranks = ranks * row_scales(layer, spread)
            [masks] = linalg.topk_masks_exact({"": ranks}, [ranks.numel() - keep[name]])
            result[name] = Sparsified(masks[""])
        return result

    return sparsify


def rescaled_error(spread: float) -> MeasureFunction:
    """The measure ‖D(A − Ã)‖₂/‖DA‖₂, a mean over prunable layers; D is 1 where nothing normalises.

    It is the `spectral_error` of a network that computes the same as the dense one.
    """

    def measure(given: MeasureInput) -> Measured:
        normalised = _normalised(structure.normalised_by(given.dense, given.example))
        parameters = dict(given.pruned.named_parameters())
        per_layer: dict[str, dict[str, float | int | None]] = {}
        for name, layer in given.layers.items():
            scales = row_scales(layer, spread) if name in normalised else 1.0
            dense = layer.weight.double() * scales
            pruned = parameters[f"{name}.weight"].detach().double() * scales
            size = _norm(dense, layer.groups)
            error = _norm(dense - pruned, layer.groups) / size if size > 0 else None
            per_layer[name] = {"row_scaled_spectral_error": error}
        known = [
            e for numbers in per_layer.values() if (e := numbers["row_scaled_spectral_error"]) is not None
        ]
        return Measured({"row_scaled_spectral_error": sum(known) / len(known) if known else None}, per_layer)

    return measure


def _normalised(found: Mapping[str, str]) -> Mapping[str, str]:
    if not found:
        raise Unsupported("no layer is followed by a batch normalisation")
    return found


def _norm(weight: Tensor, groups: int) -> float:
    return max(linalg.spectral_norm(block).value for block in linalg.matricise(weight, groups))
