"""Chooses entries by the principal part, in four ways, exactly as many as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor

from bench import PruneInput, Sparsified, Sparsifier, linalg
from bench_pca.principal import Rank, principal_part


@dataclass(frozen=True)
class Choice:
    """What one layer keeps: a rank by which the first n stay, and the chance of each that was drawn.

    Both have the layer's shape and are float64; chances are 1 where nothing was left to chance.
    """

    ranks: Tensor
    chances: Tensor | None = None


Choose = Callable[[Tensor, Tensor, int, Generator], Choice]


def choosing_by(rank: Rank, *, mode: str, power: int, rescale: bool) -> Sparsifier:
    """A sparsifier that chooses by the principal part of that rank; see the modes below."""
    modes: Mapping[str, Choose] = {
        "sample": partial(_successive, rescale=rescale),
        "ht": _fixed,
        "det": _largest,
        "mix": _largest_product,
    }

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        result = {}
        seeds = torch.randint(2**62, (len(given.layers),), generator=given.generator).tolist()
        for seed, (name, layer) in zip(seeds, given.layers.items(), strict=True):
            generator = torch.Generator().manual_seed(seed)
            dense = layer.weight.cpu().double()
            part = _scaled(principal_part(layer, rank))
            weights = part.pow(power) if mode in ("sample", "ht") else part
            choice = modes[mode](dense, weights, keep[name], generator)
            result[name] = _kept(layer.weight, dense, choice, keep[name])
        return result

    return sparsify


def _successive(dense: Tensor, weights: Tensor, n: int, generator: Generator, *, rescale: bool) -> Choice:
    """Draw one after the other by |B|^power, without replacement: more places add to what fewer drew."""
    places, drawn_with = linalg.sample_with_chances(weights, n, generator)
    drawn = torch.zeros(dense.numel(), dtype=torch.bool)
    drawn[places] = True
    ranks = _drawn_first(drawn.view(dense.shape), dense)
    if not rescale:
        return Choice(ranks)
    chances = torch.ones(dense.numel(), dtype=torch.float64)
    chances[places] = drawn_with
    return Choice(ranks, chances.view(dense.shape))


def _fixed(dense: Tensor, weights: Tensor, n: int, generator: Generator) -> Choice:
    """Draw with probabilities π = min(1, c·|B|^power) that sum to n, and divide by them."""
    probabilities = linalg.inclusion_probabilities(weights, n)
    drawn = linalg.systematic_sample(probabilities, generator)
    return Choice(_drawn_first(drawn, dense), torch.where(drawn, probabilities, 1.0))


def _largest(dense: Tensor, sizes: Tensor, n: int, generator: Generator) -> Choice:
    """Keep the largest |B|."""
    del dense, n, generator
    return Choice(sizes)


def _largest_product(dense: Tensor, sizes: Tensor, n: int, generator: Generator) -> Choice:
    """Keep the largest |A·B|."""
    del n, generator
    return Choice(_scaled(dense) * sizes)


def _scaled(values: Tensor) -> Tensor:
    """Magnitudes relative to the largest, so that powers and products stay within the format."""
    magnitudes = values.abs()
    largest = magnitudes.max() if magnitudes.numel() else torch.tensor(0.0)
    return magnitudes / largest if float(largest) > 0 else magnitudes


def _drawn_first(drawn: Tensor, dense: Tensor) -> Tensor:
    """Ranks by which what was drawn comes first, and then, if that is not enough, the largest weights."""
    return torch.where(drawn, torch.inf, dense.abs())


def _kept(weight: Tensor, dense: Tensor, choice: Choice, n: int) -> Sparsified:
    """The n entries of highest rank; equal ones stay in the harness's order."""
    [masks] = linalg.topk_masks_exact({"": choice.ranks}, [dense.numel() - n])
    mask = masks[""]
    if choice.chances is None:
        return Sparsified(mask.to(weight.device))
    values = torch.where(mask, dense / choice.chances, 0.0)
    return Sparsified(mask.to(weight.device), values.to(weight.dtype).to(weight.device))
