"""Random ranks."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput


def unit_random(given: PruneInput) -> dict[str, Tensor]:
    """Uniform numbers from the trial's generator, one a unit."""
    return {
        name: torch.rand(len(layer.weight), generator=given.generator).to(layer.weight)
        for name, layer in given.layers.items()
    }
