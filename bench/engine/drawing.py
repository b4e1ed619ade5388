"""Which training examples the steps of an epoch see, and in which order."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from bench.suite.recipe import StageRecipe


def drawn_order(recipe: StageRecipe, count: int, generator: Generator) -> Tensor:
    """The places among `count` examples of all that an epoch sees, int64, shape (n,).

    A pass sees each example once, shuffled; with replacement every place of every batch is drawn evenly
    among all examples.
    """
    if recipe.sampling == "epoch":
        return torch.randperm(count, generator=generator)
    seen = epoch_steps(recipe, count) * recipe.batch_size
    return torch.randint(count, (seen,), generator=generator)


def epoch_steps(recipe: StageRecipe, count: int) -> int:
    """The number of steps of an epoch over `count` examples."""
    return recipe.steps_per_epoch or len(_pass(recipe, count))


def batches_of(recipe: StageRecipe, count: int) -> list[slice]:
    """The parts of a drawn order that are its batches.

    Of a pass, a last batch of one example is left out, since BN needs two.
    """
    if recipe.sampling == "epoch":
        return _pass(recipe, count)
    size = recipe.batch_size
    return [slice(step * size, (step + 1) * size) for step in range(epoch_steps(recipe, count))]


def _pass(recipe: StageRecipe, count: int) -> list[slice]:
    size = recipe.batch_size
    cuts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    is_single = len(cuts) > 1 and count % size == 1
    return cuts[:-1] if is_single else cuts
