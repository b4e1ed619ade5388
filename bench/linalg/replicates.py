"""Independent repetitions of a draw under one seed."""

from __future__ import annotations

import torch
from torch import Generator


def replicate(generator: Generator, number: int) -> Generator:
    """The generator of the repetition with that number; the one given is that of number 0.

    Those of other numbers are seeded by what `generator` gives next, so that they follow from its seed
    and their number alone.

    Args:
        generator: on the CPU; it moves on unless `number` is 0.
        number: from 0.
    """
    if number == 0:
        return generator
    seeds = torch.randint(2**63 - 1, (number,), generator=generator)
    return Generator().manual_seed(int(seeds[-1]))
