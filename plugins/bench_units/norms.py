"""Norms of the weights that make a unit, and of those that read it."""

from __future__ import annotations

from torch import Tensor

from bench import PruneInput, Scorer
from bench.structure import column_mass, outgoing_mass, prunable_modules


def unit_norm(side: str, p: float) -> Scorer:
    """A scorer of units by the p-norm of weights: "incoming", "outgoing", or the "product" of both.

    Incoming are a unit's row, without its bias; outgoing all columns that read it, found through
    pooling, flattening, normalisations and residual sums (`bench.structure.outgoing_mass`).
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        incoming = {name: layer.weight.flatten(1).norm(p, dim=1) for name, layer in given.layers.items()}
        if side == "incoming":
            return incoming
        outgoing = outgoing_norms(given, p)
        if side == "outgoing":
            return outgoing
        return {name: incoming[name] * outgoing[name] for name in incoming}

    return score


def outgoing_norms(given: PruneInput, p: float) -> dict[str, Tensor]:
    """The p-norms of all weights that read each unit, shape (out,), by layer."""
    mass = {}
    for name, module in prunable_modules(given.model).items():
        weight = module.weight
        assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker
        mass[name] = column_mass(weight.detach(), int(getattr(module, "groups", 1)), p)
    example, _ = given.batch(1)
    found = outgoing_mass(given.model, example, mass)
    return {name: found[name].pow(1 / p).to(layer.weight) for name, layer in given.layers.items()}
