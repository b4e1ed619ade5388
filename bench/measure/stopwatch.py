"""Times calls on a device, two things side by side in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import torch

WARM_UPS = 3
FEWEST, MOST = 7, 1000

Call = Callable[[], object]
Clock = Callable[[Call], float]


class Pair(NamedTuple):
    """Medians of two calls, in milliseconds."""

    first: float
    second: float


def clock_of(device: torch.device) -> Clock:
    """What times one call on `device`, in milliseconds: device events on CUDA, else wall time."""
    return _on_cuda if device.type == "cuda" else _on_cpu


def race(first: Call, second: Call, clock: Clock, seconds: float) -> Pair:
    """The median times of two calls that alternate, order included, after three warm-ups of each.

    Args:
        first: one call.
        second: the other.
        clock: times one call, in milliseconds.
        seconds: how long to go on; at least 7 rounds and at most 1,000 are timed.
    """
    for _ in range(WARM_UPS):
        first()
        second()
    times: list[tuple[float, float]] = []
    end = time.perf_counter() + seconds
    while len(times) < FEWEST or (len(times) < MOST and time.perf_counter() < end):
        if len(times) % 2:
            later = clock(second)
            times.append((clock(first), later))
        else:
            times.append((clock(first), clock(second)))
    return Pair(median(one for one, _ in times), median(other for _, other in times))


def _on_cpu(call: Call) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e3


def _on_cuda(call: Call) -> float:
    start = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    end = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()
    start.record()
    call()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))
