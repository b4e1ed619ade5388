"""The measure `random-ensembles`: eigenvalues of random matrices, held against their laws."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray
from torch import Generator, Tensor

import bench
from bench_dark_knowledge.counts_law import counted_law
from bench_dark_knowledge.distance import kolmogorov_smirnov
from bench_dark_knowledge.ensembles import accuracy_of, gaussian_eigenvalues, one_hot_eigenvalues
from bench_dark_knowledge.names import CORRELATIONS, LARGE_Q, SMALL_Q
from bench_dark_knowledge.wishart_law import WishartLaw

Floats = NDArray[np.float64]


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for a number of classes (0: the task's), of draws, and a seed."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classes = params["classes"] or max(2, given.data.num_classes)
        return given.once("laws", lambda: _distances(classes, params["draws"], params["seed"]))  # type: ignore[no-any-return]

    return measure


def _distances(classes: int, draws: int, seed: int) -> bench.Measured:
    generator = Generator().manual_seed(seed)
    places = list(product((*SMALL_Q, *LARGE_Q), CORRELATIONS))
    gaussian, one_hot, cubic, counts = [], [], [], []
    for q, c in places:
        examples, accuracy = round(classes / q), accuracy_of(c, classes)
        draw = partial(one_hot_eigenvalues, classes, examples, accuracy, generator)
        bulk = WishartLaw((classes - 1) / examples, c)
        seen = _pooled(partial(gaussian_eigenvalues, classes, examples, c, generator), draws)
        gaussian.append(kolmogorov_smirnov(seen, WishartLaw(classes / examples, c).cdf))
        one_hot.append(kolmogorov_smirnov(_pooled(partial(draw, balanced=False), draws), bulk.cdf))
        seen = _pooled(partial(draw, balanced=True), draws)
        cubic.append(kolmogorov_smirnov(seen, bulk.cdf))
        law = counted_law(classes, examples, accuracy, "binomial")
        counts.append(kolmogorov_smirnov(seen, law.cdf))
    small = [place for place, (q, _) in enumerate(places) if q in SMALL_Q]
    large = [place for place, (q, _) in enumerate(places) if q in LARGE_Q]
    metrics = {
        "ks_gaussian": max(gaussian),
        "ks_one_hot_small_q": max(one_hot[place] for place in small),
        "ks_one_hot_large_q": max(one_hot[place] for place in large),
        "ks_balanced_cubic": max(cubic[place] for place in small),
        "ks_balanced_counts": max(counts[place] for place in small),
    }
    curves = {
        "ensemble_q": [q for q, _ in places],
        "ensemble_c": [c for _, c in places],
        "ks_gaussian_by_place": gaussian,
        "ks_one_hot_by_place": one_hot,
        "ks_balanced_by_place": counts,
    }
    return bench.Measured(metrics, curves=curves)


def _pooled(draw: Callable[[], Tensor], draws: int) -> Floats:
    return np.concatenate([draw().numpy() for _ in range(draws)])
