"""Holm's correction for many tests at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted by Holm's step-down rule, in the order given.

    The i-th smallest of m (i from 0) becomes the largest of (m − j) · p_j over j ≤ i, at most 1; a
    test at level α on the result keeps the chance of any false difference below α (Holm, "A simple
    sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for position, index in enumerate(order):
        largest = max(largest, (len(p_values) - position) * p_values[index])
        adjusted[index] = min(1.0, largest)
    return adjusted
