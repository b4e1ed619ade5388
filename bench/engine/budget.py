"""The harness's budget: how many weights, or units, each layer loses."""

from __future__ import annotations

from collections.abc import Mapping


def zeros_of(sparsity: float, total: int) -> int:
    """The number of zeros at a sparsity: round(sparsity · total), halves to even."""
    return round(sparsity * total)


def apportion(
    sizes: Mapping[str, int], sparsity: float, least: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The same share of zeros in every layer, with exactly round(sparsity · total) in all.

    Largest remainders get what rounding down left over; ties go to the earlier layer. Where layers
    have lost `least` already, none gets fewer: the others then make up for it.

    Raises:
        ValueError: where `least` is more than all layers may lose together.
    """
    exact = {name: sparsity * size for name, size in sizes.items()}
    lost = least or dict.fromkeys(sizes, 0)
    counts = {name: max(lost[name], min(sizes[name], int(share))) for name, share in exact.items()}
    due = zeros_of(sparsity, sum(sizes.values()))
    if sum(lost.values()) > due:
        raise ValueError(f"more than {sparsity:g} of the weights are gone already")
    left = due - sum(counts.values())
    while left < 0:
        spare = [name for name in sizes if counts[name] > lost[name]]
        counts[max(reversed(spare), key=lambda name: counts[name] - exact[name])] -= 1
        left += 1
    by_remainder = sorted(sizes, key=lambda name: counts[name] - exact[name])
    for name in by_remainder:
        if left <= 0:
            break
        if counts[name] < sizes[name]:
            counts[name] += 1
            left -= 1
    return counts
