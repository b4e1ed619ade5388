"""Random matrices against their laws, at the places and within the distances of the suite's claims."""

from __future__ import annotations

import pytest
from torch import Generator

from bench_dark_knowledge.random_matrices import Place


@pytest.mark.parametrize(
    ("q", "c", "one_hot"), [(0.1, 0.05, 0.06), (0.1, 0.6, 0.06), (0.5, 0.3, 0.13), (0.5, 0.6, 0.13)]
)
def test_six_draws_are_as_far_from_their_laws_as_the_claims_allow(q: float, c: float, one_hot: float) -> None:
    found = Place.drawn(q, c, 100, 6, Generator().manual_seed(0)).distances

    assert found["gaussian"] <= 0.015
    assert found["one_hot"] <= one_hot
    assert found["one_hot_counts"] < one_hot


def test_even_classes_need_the_law_of_counts() -> None:
    found = Place.drawn(0.1, 0.6, 100, 20, Generator().manual_seed(0)).distances

    assert found["balanced"] <= 0.04
    assert found["balanced_cubic"] > 0.08


def test_the_densities_shown_have_mass_one() -> None:
    place = Place.drawn(0.1, 0.6, 100, 2, Generator().manual_seed(0))
    curves = place.curves
    x, width = curves["ensemble_x"], curves["ensemble_x"][1] - curves["ensemble_x"][0]

    assert len(curves["ensemble_one_hot"]) == 2 * 99
    assert x[0] <= min(curves["ensemble_gaussian"])
    assert sum(curves["ensemble_cubic"]) * width == pytest.approx(1, abs=0.01)
