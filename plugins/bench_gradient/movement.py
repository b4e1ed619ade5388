"""Movement: weights that training drives towards zero are the ones to remove."""

from __future__ import annotations

from itertools import cycle, islice

import torch
from torch import Tensor, nn

from bench import PruneInput, Scorer
from bench_gradient.probe import Probe, batches


def movement(batch_size: int, batch_norm: str, steps: int, lr: float) -> Scorer:
    """Score −Σ_t w_t · g_t over a few steps of SGD on a copy: positive where |w| is made to grow.

    Sanh, Wolf and Rush (NeurIPS 2020): there the scores accumulate while masked
    weights are fine-tuned; here, for a single decision, they accumulate over `steps` steps of SGD
    without momentum from the given network, all parameters moving and nothing masked yet. Batches are
    used again, in order, where the training data do not suffice. The constant factor is left out.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        probe = Probe.of(given, batch_norm)
        sums = [torch.zeros_like(weight, dtype=torch.float64) for weight in probe.weights.values()]
        moving = [parameter for parameter in probe.model.parameters() if parameter.requires_grad]
        drawn = list(batches(given, batch_size, steps))
        for inputs, targets in islice(cycle(drawn), steps):
            _clear(moving)
            with torch.enable_grad():
                loss = given.loss(probe.model(inputs), targets)
                loss.backward()  # type: ignore[no-untyped-call]
            for total, weight in zip(sums, probe.weights.values(), strict=True):
                if weight.grad is not None:
                    total.sub_(weight.detach().double() * weight.grad)
            _step(moving, lr)
        return probe.by_layer(sums)

    return score


def _clear(parameters: list[nn.Parameter]) -> None:
    for parameter in parameters:
        parameter.grad = None


@torch.no_grad()
def _step(parameters: list[nn.Parameter], lr: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.sub_(parameter.grad, alpha=lr)
