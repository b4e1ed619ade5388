"""torch's random methods draw from the global generator: give them the trial's seed, and leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Seed torch's global CPU generator from `generator` inside the block; put it back after.

    CUDA generators are neither seeded nor saved: the methods run on CPU tensors, so that a seed gives
    the same mask on every device.
    """
    seed = int(torch.randint(2**62, (), generator=generator))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
