"""SNIP: how much the loss feels a connection."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_gradient.probe import Probe


def snip(batch_size: int, batch_norm: str) -> Scorer:
    """Score |∂L/∂c| = |g · w|, the loss's sensitivity to a factor c = 1 on each weight, on one batch.

    Lee, Ajanthan and Torr (ICLR 2019), section 4. Their division by the sum over all weights is
    left out: it changes no rank. Their published code prunes with stored statistics, so that is the
    default.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        probe = Probe.of(given, batch_norm)
        inputs, targets = given.batch(batch_size)
        with torch.enable_grad():
            loss = given.loss(probe.model(inputs), targets)
        gradients = probe.gradients(loss)
        return probe.by_layer(
            [
                (gradient.double() * weight).abs()
                for gradient, weight in zip(gradients, probe.weights.values(), strict=True)
            ]
        )

    return score
