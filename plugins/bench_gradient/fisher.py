"""Optimal Brain Damage with the diagonal of the empirical Fisher matrix for the Hessian's."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_gradient.probe import Probe, batches


def fisher(examples: int) -> Scorer:
    """Score w² / 2 · E[g²], with a gradient for each example.

    LeCun, Denker and Solla (NeurIPS 1989): the saliency of a weight is h w² / 2, h on the
    diagonal of the Hessian. Theis, Korshunova, Tejani and Huszár (2018): for a trained network
    h is about the mean of the examples' squared gradients, at the targets of the data. Batch
    normalisation uses stored statistics, since with a batch's no example has a gradient of its own.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        probe = Probe.of(given)
        sums = [torch.zeros_like(weight, dtype=torch.float64) for weight in probe.weights.values()]
        count = 0
        for inputs, targets in batches(given, 1, examples):
            with torch.enable_grad():
                loss = given.loss(probe.model(inputs), targets)
            for total, gradient in zip(sums, probe.gradients(loss), strict=True):
                total.add_(gradient.double().square())
            count += 1
        return probe.by_layer(
            [
                weight.double().square() * total / (2 * count)
                for total, weight in zip(sums, probe.weights.values(), strict=True)
            ]
        )

    return score
