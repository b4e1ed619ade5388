"""Independent draws of the sampling pruners from one network, and what their check refuses."""

from __future__ import annotations

import pytest
import torch

import bench_pca
import bench_sampling
from bench import Layer, UserError
from bench.registry.catalog import Catalog
from bench.suite.layers import complete
from bench.suite.schema import Ref
from bench_pca.principal import Rank
from bench_pca.sparsify import _sizes
from tests.plugins.sparsifying import applied, drawn_weight, given_for, sparsify

QUARTER = Rank(0, 0.0, 0.25)
[PCA] = bench_pca.bench_pruners()
DRAWING = [
    *(
        (pruner, {"draw": draw})
        for pruner in bench_sampling.bench_pruners()
        for draw in ("successive", "proportional")
    ),
    (PCA, {"mode": "sample"}),
    (PCA, {"mode": "ht"}),
]


@pytest.mark.parametrize(("pruner", "params"), DRAWING)
def test_replicates_draw_apart_and_each_repeats(pruner, params):
    weight = drawn_weight(20, 30)
    masks = [sparsify(pruner, weight, 150, replicate=n, **params).mask for n in (0, 1, 2, 1)]
    assert torch.equal(masks[1], masks[3])
    assert not any(torch.equal(masks[a], masks[b]) for a, b in ((0, 1), (0, 2), (1, 2)))


@pytest.mark.parametrize(("pruner", "params"), DRAWING)
def test_the_first_replicate_is_the_trials_own_draw_and_no_part_of_its_spec(catalog: Catalog, pruner, params):
    weight = drawn_weight(20, 30)
    own, first = (sparsify(pruner, weight, 150, **params, **more).mask for more in ({}, {"replicate": 0}))
    assert torch.equal(own, first)
    specs = [
        complete("pruner", Ref(name=pruner.name, params=given), catalog, "").params
        for given in (params, {**params, "replicate": 0})
    ]
    assert specs[0] == specs[1]
    assert "replicate" not in specs[0]


@pytest.mark.parametrize("draw", ["successive", "proportional"])
@pytest.mark.parametrize("pruner", list(bench_sampling.bench_pruners()), ids=lambda pruner: pruner.name)
def test_the_mean_over_replicates_is_as_near_as_independence_says(pruner, draw):
    weight = drawn_weight(24, 30, dtype=torch.float64)
    own = {"epsilon": 0.0} if pruner.name == "sample-l2" else {}
    if pruner.name == "sample-l2":
        weight = weight.sign() * (weight.abs() + 0.5)  # squares of tiny weights: hardly ever drawn, then huge
    draws = [
        applied(sparsify(pruner, weight, 240, replicate=n, values="rescaled", draw=draw, **own), weight)
        for n in range(100)
    ]
    single = torch.stack([(one - weight).square().sum() for one in draws]).mean().sqrt()
    of_mean = (sum(draws) / len(draws) - weight).norm()
    assert float(of_mean) == pytest.approx(float(single) / 10, rel=0.1)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"rank": 3, "rank_energy": 0.5}, "both rank and rank_energy"),
        ({"mode": "det", "rescale": True}, "rescale = true does not go with mode = 'det'"),
        ({"mode": "mix", "replicate": 1}, "mode = 'mix' draws nothing that could be replicated"),
    ],
)
def test_contradictions_are_refused_when_a_suite_is_read(catalog: Catalog, params, words):
    with pytest.raises(UserError, match=words) as caught:
        complete("pruner", Ref(name="pca-sampled", params=params), catalog, "suite.toml: [[entry]] 2")
    assert caught.value.message.startswith("suite.toml: [[entry]] 2: pruner 'pca-sampled'")


def test_the_principal_part_is_asked_for_once_a_layer_and_rank():
    known: dict[str, object] = {}
    made = []

    def once(key, make):
        if key not in known:
            made.append(key)
            known[key] = make()
        return known[key]

    layers = [Layer(name, "linear", drawn_weight(10, 12, seed=seed)) for seed, name in enumerate("ab")]
    for params in ({"mode": "det"}, {"mode": "mix"}, {"mode": "sample"}, {"mode": "det", "rank": 4}):
        for keep in (10, 40):
            given = given_for(*layers, generator=torch.Generator().manual_seed(0))
            object.__setattr__(given, "once", once)
            PCA.make(params)(given, {"a": keep, "b": keep})
    assert len(made) == 4
    first = zip(made, layers, strict=False)
    assert all(torch.equal(known[key], _sizes(layer, QUARTER)) for key, layer in first)
