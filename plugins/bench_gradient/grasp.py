"""GraSP: keep the weights that the gradient's flow needs."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_gradient.probe import Probe


def grasp(batch_size: int, batch_norm: str, temperature: float) -> Scorer:
    """Score w ⊙ Hg on one batch: removing a weight changes ‖g‖² by about −2 w ⊙ Hg.

    Wang, Zhang and Grosse (ICLR 2020): their S(−w) = −w ⊙ Hg is high where removal makes the
    gradient flow grow, and the highest go, so importance is its negative. As there, logits are divided
    by a temperature of 200, which keeps the softmax of an untrained network from deciding the ranks;
    outputs of a regression are left as they are. The published code scores a network in train mode.
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        probe = Probe.of(given, batch_norm)
        inputs, targets = given.batch(batch_size)
        scale = 1.0 if targets.is_floating_point() else temperature
        with torch.enable_grad():
            loss = given.loss(probe.model(inputs) / scale, targets)
            flowing = probe.gradients(loss, create_graph=True)
            agreement = torch.stack([(g.detach() * g).sum() for g in flowing]).sum()
        products = probe.gradients(agreement)
        return probe.by_layer(
            [
                product.double() * weight
                for product, weight in zip(products, probe.weights.values(), strict=True)
            ]
        )

    return score
