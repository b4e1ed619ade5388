"""The harness's budget: how many weights, or units, each layer loses."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor


def zeros_of(sparsity: float, total: int) -> int:
    """The number of zeros at a sparsity: round(sparsity · total), halves to even."""
    return round(sparsity * total)


def apportion(
    sizes: Mapping[str, int], sparsity: float, least: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The same share of zeros in every layer, with exactly round(sparsity · total) in all.

    Largest remainders get what rounding down left over; ties go to the earlier layer. Each count is its
    exact share rounded down or up, so between two sparsities that are 1 / size apart or more no layer
    regains weights; between closer ones a layer may regain one. Where layers have lost `least`
    already, none gets fewer: the others then make up for it.

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


def share_out(total: int, weights: Mapping[str, int], caps: Mapping[str, int]) -> dict[str, int]:
    """`total` places among layers, in proportion to `weights` and none above its cap.

    Webster's divisor method (Sainte-Laguë): one place after another goes to the layer with the largest
    weight / (places + 1/2) among those below their caps; ties go to the earlier layer. So no count falls
    as `total` grows, which largest remainders do not promise. Found exactly, in rational arithmetic,
    from the real-valued shares min(cap, level · weight) that add up to `total`.

    Raises:
        ValueError: where the caps do not add up to `total`.
    """
    if not 0 <= total <= sum(caps.values()):
        raise ValueError(f"{total} places do not fit into {sum(caps.values())}")
    level = _level(total, weights, caps)
    counts = {name: min(caps[name], floor(level * weights[name] + Fraction(1, 2))) for name in weights}
    order = list(weights)
    while sum(counts.values()) > total:
        taken = [name for name in reversed(order) if counts[name]]
        counts[min(taken, key=lambda name: Fraction(weights[name], 2 * counts[name] - 1))] -= 1
    while sum(counts.values()) < total:
        open_ = [name for name in order if counts[name] < caps[name]]
        counts[max(open_, key=lambda name: Fraction(weights[name], 2 * counts[name] + 1))] += 1
    return counts


def _level(total: int, weights: Mapping[str, int], caps: Mapping[str, int]) -> Fraction:
    """The level at which min(cap, level · weight) adds up to `total`: full layers drop out in turn."""
    open_ = [name for name in weights if weights[name] > 0]
    level, rest = Fraction(0), total
    while open_:
        level = Fraction(rest, sum(weights[name] for name in open_))
        full = [name for name in open_ if level * weights[name] >= caps[name]]
        if not full:
            break
        rest -= sum(caps[name] for name in full)
        open_ = [name for name in open_ if name not in full]
    return level
