"""The short names of methods: one for all cells, and only what tells namesakes apart."""

from __future__ import annotations

import pytest

from bench.analysis import methods


def row(**changes):
    return {"pruner": "magnitude", "params.scope": "global", "parametrization": "direct"} | changes


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([row(), row(seed=1)], ["magnitude", "magnitude"]),
        ([row(), row(pruner="random")], ["magnitude", "random"]),
        ([row(), row(**{"params.scope": "layer"})], ["magnitude (scope=global)", "magnitude (scope=layer)"]),
        ([row(parametrization="spectral"), row()], ["spectral · magnitude", "magnitude"]),
        ([row(**{"params.k": 0.1}), row(**{"params.k": 1.0})], ["magnitude (k=0.1)", "magnitude (k=1)"]),
        (
            [row(), row(**{"matched_to.name": "random"})],
            ["magnitude", "magnitude (layer-matched to random)"],
        ),
    ],
)
def test_a_method_is_told_by_what_sets_it_apart(frame, rows, names):
    assert list(methods(frame(rows))) == names


def test_what_differs_between_networks_alone_is_no_part_of_the_name(frame):
    rows = [row(model=model, **{"recipe.train.epochs": epochs}) for model, epochs in (("a", 5), ("b", 9))]
    assert list(methods(frame(rows))) == ["magnitude", "magnitude"]


def test_a_parameter_that_some_lack_is_not_told_of_them(frame):
    rows = [row(**{"recipe.train.lr": 0.1}), row(), row(pruner="random")]
    assert list(methods(frame(rows))) == ["magnitude (train.lr=0.1)", "magnitude", "random"]
