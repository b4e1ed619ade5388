"""Chooses entries by the principal part, in four ways, exactly as many as asked."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench import PruneInput, Sparsified, Sparsifier, linalg
from bench_pca.principal import Rank, principal_part

_DESIGNS: Mapping[str, linalg.Design] = {"sample": "successive", "ht": "proportional"}


def choosing_by(rank: Rank, *, mode: str, power: int, rescale: bool) -> Sparsifier:
    """A sparsifier that chooses by B, the principal part of that rank.

    Args:
        rank: of B.
        mode: "sample" draws by |B|^power one after the other; "ht" with probabilities min(1, c·|B|^power),
            and divides by them; "det" keeps the largest |B|, "mix" the largest |A·B|.
        power: 1 or 2, for the drawing modes.
        rescale: whether "sample" divides by the chances too.
    """

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        result = {}
        for name, layer in given.layers.items():
            sizes = _scaled(principal_part(layer, rank))
            if mode in _DESIGNS:
                weights = sizes.pow(power)
                reserve = layer.weight.cpu().abs()  # the draw is the CPU's on every device
                draw = linalg.draw_mask(weights, reserve, keep[name], given.generator, _DESIGNS[mode])
                result[name] = Sparsified(
                    draw.mask.to(layer.weight.device),
                    draw.unbiased(layer.weight) if rescale or mode == "ht" else None,
                )
            else:
                ranks = sizes * _scaled(layer.weight.cpu().double()) if mode == "mix" else sizes
                [masks] = linalg.topk_masks_exact({name: ranks}, [ranks.numel() - keep[name]])
                result[name] = Sparsified(masks[name].to(layer.weight.device))
        return result

    return sparsify


def _scaled(values: Tensor) -> Tensor:
    """Magnitudes relative to the largest, so that powers and products stay within the format."""
    magnitudes = values.abs()
    largest = magnitudes.max() if magnitudes.numel() else torch.tensor(0.0)
    return magnitudes / largest if float(largest) > 0 else magnitudes
