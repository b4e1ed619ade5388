"""Random masks of exactly n entries, with the chance of each entry to be among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import torch

from bench.linalg.inclusion import inclusion_probabilities, systematic_sample
from bench.linalg.sampling import sample_with_chances
from bench.linalg.topk import topk_masks_exact

if TYPE_CHECKING:
    from torch import Generator, Tensor

Design = Literal["successive", "proportional"]


class Draw(NamedTuple):
    """What was drawn, both of the weights' shape and on their device.

    Attributes:
        mask: True for exactly n entries.
        chances: float64; by these to divide what was drawn so that no bias is left, 1 everywhere else.
    """

    mask: Tensor
    chances: Tensor

    def unbiased(self, weight: Tensor) -> Tensor:
        """What was drawn of `weight`, divided by its chances in float64; zero elsewhere.

        On the weight's device and of its type.
        """
        values = torch.where(self.mask, weight.to(self.mask.device).double() / self.chances, 0.0)
        return values.to(weight.dtype).to(weight.device)


def draw_mask(weights: Tensor, reserve: Tensor, n: int, generator: Generator, design: Design) -> Draw:
    """Draw exactly n entries by their weights.

    Where fewer than n weights are positive, all of these are drawn, and the largest of `reserve` among
    the others fill up, ties as in `topk_masks_exact`; they are no part of the draw.

    Args:
        weights: Any shape, finite, not negative, any real floating type.
        reserve: The weights' shape: by which the others rank, such as the magnitudes.
        n: From 0 to the number of entries.
        generator: The only source of randomness.
        design: "successive" draws one after the other, as `sample_with_chances`: with one seed, a smaller
            n draws a subset. "proportional" draws with the probabilities min(1, c·w) that sum to n, as
            `inclusion_probabilities` and `systematic_sample`.

    Raises:
        ValueError: n is out of range, or a weight is negative, NaN or infinite.
    """
    if design == "successive":
        places, drawn_with = sample_with_chances(weights, n, generator)
        drawn = torch.zeros(weights.numel(), dtype=torch.bool, device=weights.device)
        drawn[places] = True
        chances = torch.ones(weights.numel(), dtype=torch.float64, device=weights.device)
        chances[places] = drawn_with
        drawn, chances = drawn.view(weights.shape), chances.view(weights.shape)
    else:
        probabilities = inclusion_probabilities(weights, n)
        drawn = systematic_sample(probabilities, generator)
        chances = torch.where(drawn, probabilities, 1.0)
    if int(drawn.sum()) == n:
        return Draw(drawn, chances)
    ranks = torch.where(drawn, torch.inf, reserve)
    return Draw(topk_masks_exact({"reserve": ranks}, [weights.numel() - n])[0]["reserve"], chances)
