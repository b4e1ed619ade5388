"""The measure `random-ensembles`: eigenvalues of random matrices, held against their laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Generator, Tensor

import bench
from bench_dark_knowledge.counts_law import CountsLaw, counted_law
from bench_dark_knowledge.distance import kolmogorov_smirnov
from bench_dark_knowledge.ensembles import accuracy_of, gaussian_eigenvalues, one_hot_eigenvalues
from bench_dark_knowledge.names import CORRELATIONS, LARGE_Q, SHOWN, SMALL_Q
from bench_dark_knowledge.wishart_law import WishartLaw

Floats = NDArray[np.float64]
POINTS = 401


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for a number of classes (0: the task's), of draws, and a seed."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classes = params["classes"] or max(2, given.data.num_classes)
        return given.once("laws", lambda: _distances(classes, params["draws"], params["seed"]))  # type: ignore[no-any-return]

    return measure


@dataclass(frozen=True)
class Place:
    """Eigenvalues at one q and c: of Gaussian matrices, of one-hot ones, and of those with even classes."""

    q: float
    c: float
    gaussian: Floats
    one_hot: Floats
    balanced: Floats
    cubic: WishartLaw
    bulk: WishartLaw
    poisson: CountsLaw
    binomial: CountsLaw

    @classmethod
    def drawn(cls, q: float, c: float, classes: int, draws: int, generator: Generator) -> Place:
        """Pool `draws` matrices a kind; `bulk` is the law on the complement of the vector of ones."""
        examples, accuracy = round(classes / q), accuracy_of(c, classes)
        draw = partial(one_hot_eigenvalues, classes, examples, accuracy, generator)
        return cls(
            q,
            c,
            _pooled(partial(gaussian_eigenvalues, classes, examples, c, generator), draws),
            _pooled(partial(draw, balanced=False), draws),
            _pooled(partial(draw, balanced=True), draws),
            WishartLaw(classes / examples, c),
            WishartLaw((classes - 1) / examples, c),
            counted_law(classes, examples, accuracy, "poisson"),
            counted_law(classes, examples, accuracy, "binomial"),
        )

    @property
    def distances(self) -> Mapping[str, float]:
        """Kolmogorov–Smirnov distances of eigenvalues from laws."""
        return {
            "gaussian": kolmogorov_smirnov(self.gaussian, self.cubic.cdf),
            "one_hot": kolmogorov_smirnov(self.one_hot, self.bulk.cdf),
            "one_hot_counts": kolmogorov_smirnov(self.one_hot, self.poisson.cdf),
            "balanced_cubic": kolmogorov_smirnov(self.balanced, self.bulk.cdf),
            "balanced": kolmogorov_smirnov(self.balanced, self.binomial.cdf),
        }

    @property
    def curves(self) -> dict[str, Any]:
        """The eigenvalues, and densities of the laws at places over all of them."""
        seen = np.concatenate([self.gaussian, self.one_hot, self.balanced])
        x = np.linspace(seen.min(), seen.max(), POINTS)
        return {
            "ensemble_shown": [self.q, self.c],
            "ensemble_gaussian": self.gaussian.round(6).tolist(),
            "ensemble_one_hot": self.one_hot.round(6).tolist(),
            "ensemble_balanced": self.balanced.round(6).tolist(),
            "ensemble_x": x.tolist(),
            "ensemble_cubic": self.bulk.density(x).tolist(),
            "ensemble_poisson": self.poisson.density(x).tolist(),
            "ensemble_binomial": self.binomial.density(x).tolist(),
        }


def _distances(classes: int, draws: int, seed: int) -> bench.Measured:
    generator = Generator().manual_seed(seed)
    places = [
        Place.drawn(q, c, classes, draws, generator) for q, c in product((*SMALL_Q, *LARGE_Q), CORRELATIONS)
    ]
    found = [place.distances for place in places]

    def largest(name: str, among: tuple[float, ...] = SMALL_Q) -> float:
        return max(own[name] for own, place in zip(found, places, strict=True) if place.q in among)

    metrics = {
        "ks_gaussian": largest("gaussian", SMALL_Q + LARGE_Q),
        "ks_one_hot_small_q": largest("one_hot"),
        "ks_one_hot_large_q": largest("one_hot", LARGE_Q),
        "ks_one_hot_counts": largest("one_hot_counts"),
        "ks_balanced_cubic": largest("balanced_cubic"),
        "ks_balanced_counts": largest("balanced"),
    }
    curves = {
        "ensemble_q": [place.q for place in places],
        "ensemble_c": [place.c for place in places],
        "ks_gaussian_by_place": [own["gaussian"] for own in found],
        "ks_one_hot_by_place": [own["one_hot"] for own in found],
        "ks_one_hot_counts_by_place": [own["one_hot_counts"] for own in found],
        "ks_balanced_by_place": [own["balanced"] for own in found],
    }
    shown = next(place for place in places if (place.q, place.c) == SHOWN)
    return bench.Measured(metrics, curves=curves | shown.curves)


def _pooled(draw: Callable[[], Tensor], draws: int) -> Floats:
    return np.concatenate([draw().numpy() for _ in range(draws)])
