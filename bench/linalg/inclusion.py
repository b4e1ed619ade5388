"""Samples of a fixed size whose inclusion probabilities are known exactly, so that A/π has no bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bench.linalg.checks import finite_range, widened
from bench.linalg.scan import true_places

if TYPE_CHECKING:
    from torch import Generator, Tensor


def inclusion_probabilities(weights: Tensor, n: int) -> Tensor:
    """Return π = min(1, c·w), the probabilities proportional to weights that add up to n.

    Entries too heavy for their share are certain, and the others share what is left (Särndal, Swensson
    and Wretman, Model Assisted Survey Sampling, 1992, section 3.6.2). Where no more than n weights are
    positive, these are certain and the sum is their number.

    Args:
        weights: Any shape, finite, not negative, any real floating type.
        n: The size of the sample, from 0 to the number of entries.

    Returns:
        The weights' shape and device, float64; 0 exactly where the weight is 0.

    Raises:
        ValueError: n is out of range, or a weight is negative, NaN or infinite.
    """
    values = widened(weights, "weights").double()
    if not 0 <= n <= values.numel():
        raise ValueError(f"n: {n} is not from 0 to {values.numel()}, the number of entries")
    low, high = finite_range(values, "weights")
    if low < 0:
        raise ValueError(f"weights: {low} is negative")
    if n == 0 or high == 0:
        return torch.zeros_like(values)
    values = values / high
    positive = values > 0
    if int(positive.sum()) <= n:
        return positive.double()
    falling = values.reshape(-1).sort(descending=True).values
    rest = falling.flip(0).cumsum(0).flip(0)[:n]  # what is left to share out if the first k are certain
    places = n - torch.arange(n, device=values.device)
    certain = int((places * falling[:n] > rest).sum())
    share = (n - certain) / rest[certain]
    return (values * share).clamp_(max=1.0)


def systematic_sample(probabilities: Tensor, generator: Generator) -> Tensor:
    """Draw as many entries as the probabilities sum to, each with exactly its own probability.

    The entries are put in random order on a line, each as long as its probability, and those are taken
    that hold one of the points u, u + 1, u + 2, …, with u uniform in [0, 1) (systematic sampling:
    Madow, Annals of Mathematical Statistics 1949; in random order: Hartley and Rao, same place 1962).
    Equal probabilities give a simple random sample. The line is measured in float64.

    Args:
        probabilities: Any shape, from 0 to 1; their sum is a whole number up to rounding.
        generator: The only source of randomness.

    Returns:
        A boolean mask of the probabilities' shape and device.

    Raises:
        ValueError: A probability is not from 0 to 1, or the sum is no whole number.
    """
    flat = widened(probabilities, "probabilities").double().reshape(-1)
    low, high = finite_range(flat, "probabilities")
    if low < 0 or high > 1:
        raise ValueError(f"probabilities: {low if low < 0 else high} is not in [0, 1]")
    total = float(flat.sum())
    if abs(total - round(total)) > 1e-6 * max(1.0, total):
        raise ValueError(f"probabilities: their sum {total} is no whole number")
    drawn = flat == 1
    places = true_places((flat > 0) & ~drawn)
    count = min(round(total) - int(drawn.sum()), len(places))
    order = torch.randperm(len(places), generator=generator, device=generator.device).to(flat.device)
    start = torch.rand((), dtype=torch.float64, generator=generator, device=generator.device).to(flat.device)
    places = places[order]
    drawn[places[_on_points(flat[places], count, start)]] = True
    return drawn.view(probabilities.shape)


def _on_points(lengths: Tensor, count: int, start: Tensor) -> Tensor:
    """Which of the lengths, laid end to end over [0, count), hold one of the points start + 0, 1, …."""
    steps = torch.arange(count, device=lengths.device)
    if count == 0:
        return steps
    line = lengths.cumsum(0)
    line *= count / line[-1].clone()
    found = torch.searchsorted(line, start + steps, right=True)
    apart = (found - steps).cummax(0).values  # rounding could put two points into a length just below 1
    return apart.clamp_(max=len(lengths) - count) + steps
