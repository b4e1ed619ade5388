"""Unit pruners that rewrite the network, with one fault each, and what their author reads."""

from __future__ import annotations

import numpy as np
import torch

import bench
from tests.plugins.fault import Fault
from tests.plugins.pruner_pieces import magnitude, scorer


def norms(given):
    return {name: score.flatten(1).norm(dim=1) for name, score in magnitude(given).items()}


def halved(given):
    """The first layer's weights and biases over two: a sound rewriting of no particular use."""
    named = dict(bench.plain_copy(given.model).named_parameters())
    first = next(iter(given.layers))
    parts = (f"{first}.weight", f"{first}.bias")
    return {name: named[name].detach() / 2 for name in parts if name in named}


def rewriter(change=lambda value: value, **fields):
    """A unit pruner whose new values are each changed."""

    def score(given):
        return bench.Scored(norms(given), {name: change(value) for name, value in halved(given).items()})

    return scorer(score, unit="unit", **fields)


FAULTS = (
    Fault(
        "rewrites what is not there",
        scorer(lambda given: bench.Scored(norms(given), {"fc9.weight": torch.ones(1)}), unit="unit"),
        ("rewrites-parameters-alone",),
        "new values of fc9.weight, which is no parameter",
    ),
    Fault(
        "rewrites into another shape",
        rewriter(lambda value: value.flatten()[:3]),
        ("rewrites-parameters-alone",),
        "the new values of 0.weight have shape (3,), not (9, 11)",
    ),
    Fault(
        "rewrites with scores of weights",
        scorer(lambda given: bench.Scored(magnitude(given), halved(given))),
        ("rewrites-parameters-alone",),
        "it gave new values, and scores single weights",
    ),
    Fault(
        "rewrites with a list",
        scorer(lambda given: bench.Scored(norms(given), list(halved(given).items())), unit="unit"),
        ("rewrites-parameters-alone",),
        "new values are list, not by parameter name",
    ),
    Fault(
        "rewrites with integers",
        rewriter(lambda value: (value * 100).long()),
        ("returns-the-due-types",),
        "the new values of 0.weight is torch.int64, not floating-point",
    ),
    Fault(
        "rewrites with infinities",
        rewriter(lambda value: value / 0),
        ("gives-numbers-only",),
        "the new values of 0.weight are not finite",
    ),
    Fault(
        "rewrites with unseeded numbers",
        rewriter(lambda value: value * np.random.default_rng().random()),
        ("repeats-under-a-seed",),
        "two runs with one seed gave two results",
    ),
    Fault(
        "rewrites into a network that overflows",
        rewriter(lambda value: torch.full_like(value, 3e38)),
        ("rewrites-into-a-finite-network", "stays-pruned-in-fine-tuning"),
        "the rewritten network's outputs are not finite",
    ),
)
SOUND = (rewriter(),)
