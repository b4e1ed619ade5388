"""First-order Taylor expansion: the squared change of the loss if a weight goes."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_gradient.probe import Probe, batches


def taylor(batch_size: int, batch_norm: str, count: int) -> Scorer:
    """Score the mean over batches of (g · w)².

    Molchanov, Mallya, Tyree, Frosio and Kautz (CVPR 2019), with a group of one weight.
    They rank while the network is fine-tuned, so batches normalise by their own statistics by default;
    here the weights stand still. Fewer training examples than asked for make fewer batches.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        probe = Probe.of(given, batch_norm)
        sums = [torch.zeros_like(weight, dtype=torch.float64) for weight in probe.weights.values()]
        drawn = list(batches(given, batch_size, count))
        for inputs, targets in drawn:
            with torch.enable_grad():
                loss = given.loss(probe.model(inputs), targets)
            for total, gradient, weight in zip(
                sums, probe.gradients(loss), probe.weights.values(), strict=True
            ):
                total.add_((gradient.double() * weight.detach()).square())
        return probe.by_layer([total / len(drawn) for total in sums])

    return score
