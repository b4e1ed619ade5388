"""Weighted sampling without replacement, of any number of entries."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench.linalg.checks import finite_range, widened
from bench.linalg.scan import PART, parts, true_places
from bench.linalg.topk import topk_masks_exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Generator, Tensor

_EARLY = 1e-10


def sample_entries(weights: Tensor, n: int, generator: Generator) -> Tensor:
    """Draw n distinct entries one after the other, each with probability proportional to its weight.

    The n smallest of −log(u)/w, u uniform, are that sample (Efraimidis and Spirakis, Information
    Processing Letters 2006). The waiting times −log(u) are drawn in float64, so that ties are rare beyond
    2²⁴ entries too. Entries of weight zero are drawn, all equally likely, only after every positive one.

    Args:
        weights: Any shape, finite, not negative, any real floating type; they need not sum to one.
        n: How many, from 0 to the number of entries.
        generator: The only source of randomness; on the CPU, or on the weights' device.

    Returns:
        Sorted flat indices, shape (n,), int64, on the weights' device.

    Raises:
        ValueError: n is out of range, or a weight is negative, NaN or infinite (the message says where).
    """
    flat, low, high = _checked(weights, n)
    if low > 0:
        return true_places(_first(_times(flat, high, generator), n))
    positive, zero = true_places(flat > 0), true_places(flat == 0)
    drawn = torch.zeros(len(flat), dtype=torch.bool, device=flat.device)
    drawn[positive] = _first(_times(flat[positive], high, generator), min(n, len(positive)))
    if n > len(positive):
        even = torch.ones_like(zero, dtype=flat.dtype)
        drawn[zero] = _first(_times(even, 1.0, generator), n - len(positive))
    return true_places(drawn)


def sample_with_chances(weights: Tensor, n: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw as `sample_entries` does, but positive weights alone, and say by which chance each came in.

    The chance of an entry is conditional on the others: 1 − exp(−w·t), where t is the waiting time at
    which the first entry that stays out would have come. Dividing what was drawn by its chance estimates
    every entry without bias (Cohen and Kaplan, Summarizing Data using Bottom-k Sketches, PODC 2007).

    Args:
        weights: As for `sample_entries`.
        n: How many at most; where fewer weights are positive, all of those are drawn, with chance 1.
        generator: As for `sample_entries`. With one seed a smaller n draws a subset, and the same entries
            as `sample_entries` draws.

    Returns:
        Sorted flat indices, int64, and their chances, float64, both of shape (k,), k ≤ n.

    Raises:
        ValueError: As for `sample_entries`.
    """
    flat, low, high = _checked(weights, n)
    positive = true_places(flat > 0) if low <= 0 else torch.arange(len(flat), device=flat.device)
    times = _times(flat[positive], high, generator)
    drawn = _first(times, min(n, len(positive)))
    places = positive[drawn]
    end = times[~drawn].double().min() if len(places) < len(positive) else torch.tensor(inf)
    chances = -torch.expm1(-(flat[places].double() / high) * (end.to(flat.device) / _EARLY))
    return places, chances


def _checked(weights: Tensor, n: int) -> tuple[Tensor, float, float]:
    """Return the weights as a flat tensor, and the least and the largest of them."""
    flat = widened(weights, "weights").reshape(-1)
    if not 0 <= n <= len(flat):
        raise ValueError(f"n: {n} is not from 0 to {len(flat)}, the number of entries")
    low, high = finite_range(flat, "weights")
    if low < 0:
        place = int(true_places(flat < 0)[0])
        raise ValueError(f"weights: {flat[place].item()} at flat index {place} is negative")
    return flat, low, high


def _first(times: Tensor, n: int) -> Tensor:
    """Mark the n waiting times that end first."""
    return ~topk_masks_exact({"times": times}, [n])[0]["times"]


def _times(flat: Tensor, largest: float, generator: Generator) -> Tensor:
    """Draw the waiting times −log(u)/w of positive weights.

    The times are rounded to the weights' type, whose relative precision the small ones keep. Weights too
    small beside the largest for that type (1e-38 of it in float32) end last, in the order of their index.
    """
    times = torch.empty_like(flat)
    for part, waits in _exponential(flat, generator):
        times[part] = waits.mul_(_EARLY)
        times[part].div_(flat[part] / largest)
    return times


def _exponential(flat: Tensor, generator: Generator) -> Iterator[tuple[slice, Tensor]]:
    """Yield float64 exponential numbers for all parts of a flat tensor.

    On the CPU NumPy's ziggurat draws them, seeded from the generator: half the cost of torch's draw.
    """
    if not flat.is_cpu:
        for part in parts(flat):
            waits = torch.empty(part.stop - part.start, dtype=torch.float64, device=generator.device)
            yield part, waits.exponential_(generator=generator).to(flat.device)
        return
    seed = int(torch.randint(2**63 - 1, (), generator=generator, device=generator.device))
    source = np.random.default_rng(seed)
    buffer = torch.empty(min(len(flat), PART), dtype=torch.float64)
    for part in parts(flat):
        waits = buffer[: part.stop - part.start]
        source.standard_exponential(out=waits.numpy())
        yield part, waits
