"""Rankings of units by torch's structured methods.

torch's structured methods give masks, not scores. A unit's score here is the share of all amounts,
from one unit to all but one, at which torch's own mask keeps it. The harness's top-k of these scores is
then exactly torch's mask at every amount; since torch prunes structures layer by layer, scores are
comparable shares, and `scope = "global"` takes about the same share of each layer.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils import prune

from bench import PruneInput, Scorer
from bench_torch_prune.masks import mask_of
from bench_torch_prune.seeding import drawing_from


def random_structured(given: PruneInput) -> dict[str, Tensor]:
    """How long `RandomStructured(dim=0)` keeps each unit."""
    scores = {}
    for name, layer in given.layers.items():
        seed = int(torch.randint(2**62, (), generator=given.generator))
        survived = torch.zeros(len(layer.weight))
        for amount in _amounts(layer.weight):
            with drawing_from(torch.Generator().manual_seed(seed)):  # one order of units for all amounts
                survived += _kept(layer.weight.flatten(1)[:, :1].cpu(), prune.RandomStructured(amount, dim=0))
        scores[name] = (survived / len(layer.weight)).to(layer.weight.device)
    return scores


def ln_structured(n: float) -> Scorer:
    """A scorer: how long `LnStructured(n, dim=0)` keeps each unit."""

    def score(given: PruneInput) -> dict[str, Tensor]:
        scores = {}
        for name, layer in given.layers.items():
            flat = layer.weight.flatten(1).cpu()
            survived = torch.zeros(len(flat))
            for amount in _amounts(flat):
                survived += _kept(flat, prune.LnStructured(amount, n, dim=0))
            scores[name] = (survived / len(flat)).to(layer.weight.device)
        return scores

    return score


def _amounts(weight: Tensor) -> range:
    return range(1, len(weight))


def _kept(flat: Tensor, method: prune.BasePruningMethod) -> Tensor:
    """1 for each unit, a row of `flat`, that the method keeps, else 0."""
    return mask_of(method, flat)[:, 0].float()
