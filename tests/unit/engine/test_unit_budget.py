"""Units by a budget: as near as whole units come, nested, and never the outputs."""

from __future__ import annotations

import copy
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from bench.engine.prunable import prunable_layers
from bench.engine.pruned import Pruned, apply_pruning
from bench.engine.scoring import keep_masks
from bench.engine.unit_budget import Spread, further_units, unit_prunings
from bench.engine.units import expand_units, hidden_layers, unit_expander
from bench.errors import Unsupported
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet

NETWORKS = {
    "mlp": (lambda: LeNet300(10, 1, 4), (1, 1, 4, 4)),
    "lenet-5": (lambda: LeNet5(10, 1, 8), (1, 1, 8, 8)),
    "resnet8": (lambda: CifarResNet(1, 10, 3), (1, 3, 8, 8)),
}


def built(network, seed=0):
    build, shape = NETWORKS[network]
    torch.manual_seed(seed)
    model = build()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for part in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(part, 0.5, 1.5)
    return model.eval(), torch.ones(shape)


def scored(model, seed):
    generator = torch.Generator().manual_seed(seed)
    hidden = hidden_layers(prunable_layers(model, include_output=True))
    return {name: torch.rand(len(layer.weight), generator=generator) for name, layer in hidden.items()}


def spread_of(model, budget="weights", scope="global"):
    return Spread(hidden_layers(prunable_layers(model, include_output=True)), scope, budget)


def zeros(pruned: Pruned) -> int:
    return sum(int((~mask).sum()) for mask in pruned.masks.values())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("include_output", [True, False])
def test_a_budget_of_weights_is_met_as_nearly_as_whole_units_allow(network, include_output):
    model, example = built(network)
    layers = prunable_layers(model, include_output=include_output)
    expand, scores = unit_expander(model, layers, example), scored(model, 1)
    order = torch.cat(list(scores.values())).sort(stable=True).values
    reachable = []
    for lowest in range(len(order) + 1):
        floor = order[lowest] if lowest < len(order) else float("inf")
        reachable.append(zeros(expand({name: score >= floor for name, score in scores.items()})))
    weights = sum(layer.weight.numel() for layer in layers.values())
    sparsities = [0.0, 0.1, 0.5, 0.77, 0.96875, 1.0]
    found = unit_prunings(scores, sparsities, spread_of(model), expand)
    for sparsity in sparsities:
        due = round(sparsity * weights)
        nearest = min(reachable, key=lambda count, due=due: (abs(count - due), count))
        assert zeros(found[sparsity]) == nearest
    assert zeros(found[0.0]) == 0
    assert zeros(found[1.0]) == weights


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    sparsities=st.lists(st.floats(0, 1), min_size=2, max_size=4, unique=True),
    scope=st.sampled_from(["global", "layer"]),
)
def test_masks_of_growing_sparsity_are_nested(seed, sparsities, scope):
    model, example = built("mlp")
    expand = unit_expander(model, prunable_layers(model, include_output=True), example)
    found = unit_prunings(scored(model, seed), sparsities, spread_of(model, scope=scope), expand)
    for low, high in pairwise(sorted(sparsities)):
        for name, mask in found[high].masks.items():
            assert not bool((mask & ~found[low].masks[name]).any())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), sparsity=st.floats(0, 1))
def test_the_layer_scope_takes_the_same_share_of_units_from_each(seed, sparsity):
    model, example = built("mlp")
    expand = unit_expander(model, prunable_layers(model, include_output=True), example)
    scores = scored(model, seed)
    found = unit_prunings(scores, [sparsity], spread_of(model, scope="layer"), expand)[sparsity]
    gone = {name: int((~units).sum()) / len(units) for name, units in found.units.items()}
    assert abs(gone["fc1"] - gone["fc2"]) <= 1 / 100 + 1 / 300
    for name, units in found.units.items():
        if 0 < gone[name] < 1:
            assert scores[name][~units].max() <= scores[name][units].min()


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_a_budget_of_units_counts_hidden_units_exactly(scope):
    model, example = built("resnet8")
    scores = scored(model, 0)
    expand = unit_expander(model, prunable_layers(model, include_output=True), example)
    found = unit_prunings(scores, [0.3], spread_of(model, "units", scope), expand)[0.3]
    assert sum(int((~units).sum()) for units in found.units.values()) == round(0.3 * 336)
    assert all(
        torch.equal(found.units[name], kept) for name, kept in keep_masks(scores, [0.3], scope)[0].items()
    )


@pytest.mark.parametrize("budget", ["weights", "units"])
def test_scopes_of_the_literature(budget):
    model, example = built("lenet-5")
    expand = unit_expander(model, prunable_layers(model, include_output=True), example)
    scores = scored(model, 0)
    found = unit_prunings(scores, [0.5, 0.9, 1.0], spread_of(model, budget, "uniform-plus"), expand)
    for sparsity in (0.5, 0.9):
        gone = {name: int((~kept).sum()) / len(kept) for name, kept in found[sparsity].units.items()}
        assert gone["conv1"] == 0
        assert gone["conv2"] == pytest.approx(gone["fc1"], abs=0.03)
    assert isinstance(found[1.0], Unsupported)
    assert "scope 'uniform-plus' can remove" in found[1.0].reason
    found = unit_prunings(scores, [0.5], spread_of(model, budget, "erk"), expand)
    assert "says nothing about units" in found[0.5].reason


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_the_columns_that_go_along_do_not_matter_to_the_outputs(network, share):
    model, example = built(network)
    layers = prunable_layers(model, include_output=True)
    kept = {name: score >= share for name, score in scored(model, 3).items()}
    pruned = expand_units(model, kept, layers, example)
    with_columns, rows_alone = copy.deepcopy(model), copy.deepcopy(model)
    apply_pruning(with_columns, pruned)
    rows = {
        name: units.view(-1, *[1] * (layers[name].weight.ndim - 1)).expand_as(layers[name].weight)
        for name, units in kept.items()
    }
    apply_pruning(rows_alone, Pruned(rows, extra=pruned.extra))
    assert zeros(pruned) > sum(int((~mask).sum()) for mask in rows.values())
    inputs = torch.randn(4, *example.shape[1:], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(with_columns(inputs), rows_alone(inputs), rtol=1e-6, atol=1e-7)
        assert not torch.allclose(with_columns(inputs), model(inputs), rtol=1e-2, atol=1e-2)


def test_the_counts_are_those_of_a_network_built_smaller():
    model, example = built("mlp")
    layers = prunable_layers(model, include_output=True)
    kept = {"fc1": torch.arange(300) < 120, "fc2": torch.arange(100) < 30}
    pruned = expand_units(model, kept, layers, example)
    left = {name: int(mask.sum()) for name, mask in pruned.masks.items()}
    assert left == {"fc1": 16 * 120, "fc2": 120 * 30, "fc3": 30 * 10}


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    low=st.floats(0, 0.6),
    more=st.floats(0, 0.4),
    scope=st.sampled_from(["global", "layer"]),
    budget=st.sampled_from(["weights", "units"]),
)
def test_what_is_gone_stays_gone_whatever_it_is_rated_later(seed, low, more, scope, budget):
    model, example = built("mlp")
    expand = unit_expander(model, prunable_layers(model, include_output=True), example)
    spread = spread_of(model, budget, scope)
    first = unit_prunings(scored(model, seed), [low], spread, expand)[low]
    later = {name: -torch.inf * (score > 0.5) for name, score in scored(model, seed + 1).items()}
    later = {name: score.nan_to_num(nan=0.0, neginf=-torch.inf) for name, score in later.items()}
    second = further_units(later, first.units, low + more, spread, expand)
    assert all(not bool((units & ~first.units[name]).any()) for name, units in second.units.items())
    if budget == "weights":
        alone = unit_prunings(later, [low + more], spread, expand)[low + more]
        due = round((low + more) * sum(mask.numel() for mask in second.masks.values()))
        assert abs(zeros(second) - due) <= 150 or zeros(second) == zeros(first)
        assert abs(zeros(alone) - due) <= 150
    else:
        gone = sum(int((~units).sum()) for units in second.units.values())
        assert gone == round((low + more) * 400)


def test_a_network_of_outputs_alone_has_no_units_to_lose():
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(Unsupported, match="no units but its outputs"):
        hidden_layers(prunable_layers(model, include_output=True))


def test_all_biases_of_a_shared_weight_go_with_its_units():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    model[2].weight = model[0].weight
    layers = prunable_layers(model, include_output=True)
    pruned = expand_units(model, {"0": torch.tensor([True, False, True])}, layers, torch.ones(1, 3))
    assert pruned.extra.keys() == {"0.bias", "2.bias"}
    apply_pruning(model, pruned)
    assert model[:4](torch.randn(5, 3))[:, 1].count_nonzero() == 0
