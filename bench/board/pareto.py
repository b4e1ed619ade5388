"""The Pareto front: points that no other point beats in both directions."""

from __future__ import annotations

import math
from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """The indices of the points on the front, by rising first coordinate; larger is better in both.

    A point is on the front unless another is at least as large in both coordinates and larger in
    one. Equal points are on it together; one that lacks a coordinate (NaN) is not, and beats none.
    """
    there = [index for index, point in enumerate(points) if not any(map(math.isnan, point))]
    order = sorted(there, key=lambda index: points[index], reverse=True)
    front: list[int] = []
    best = float("-inf")
    for index in order:
        first, second = points[index]
        if second > best or (front and points[front[-1]] == (first, second)):
            front.append(index)
            best = max(best, second)
    return sorted(front, key=lambda index: (points[index][0], -points[index][1], index))
