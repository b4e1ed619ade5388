"""The harness's budget: how many weights, or units, each layer loses."""

from __future__ import annotations

from collections.abc import Mapping


def zeros_of(sparsity: float, total: int) -> int:
    """The number of zeros at a sparsity: round(sparsity · total), halves to even."""
    return round(sparsity * total)


def apportion(sizes: Mapping[str, int], sparsity: float) -> dict[str, int]:
    """The same share of zeros in every layer, with exactly round(sparsity · total) in all.

    Largest remainders get what rounding down left over; ties go to the earlier layer.
    """
    exact = {name: sparsity * size for name, size in sizes.items()}
    counts = {name: min(sizes[name], int(share)) for name, share in exact.items()}
    left = zeros_of(sparsity, sum(sizes.values())) - sum(counts.values())
    by_remainder = sorted(sizes, key=lambda name: counts[name] - exact[name])
    for name in by_remainder:
        if left <= 0:
            break
        if counts[name] < sizes[name]:
            counts[name] += 1
            left -= 1
    return counts
