"""The curve over all numbers of units is what as many separate prunings and evaluations give."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace

import pytest
import torch
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.fold import fold
from bench.engine.prunable import prunable_layers
from bench.engine.pruned import apply_pruning
from bench.engine.unit_budget import Spread, unit_prunings
from bench.engine.units import expand_units, unit_expander
from bench.errors import Unsupported
from bench.linalg import topk_masks_exact
from bench.measure import unit_curve
from bench.measure.masked_runs import MaskedRuns
from bench.measure.summed_runs import SummedRuns
from bench.measure.unit_runs import unit_runs
from bench.registry.contracts import MeasureInput, Split, TaskData
from bench.testing.tiny import CONV, GROUPED, LINEAR, RESIDUAL, SHARED
from bench_models.lenet import LeNet5


def trial(model, shape, *, regression=False, outputs=3, examples=40):
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(examples, *shape, generator=generator)
    targets = (
        torch.randn(examples, outputs, generator=generator)
        if regression
        else torch.arange(examples) % min(outputs, 3)
    )
    split = Split(inputs, targets)
    kind = "regression" if regression else "classification"
    data = DeviceData.place(
        TaskData(split, split, kind, outputs, shape[0], shape[-1] if len(shape) > 1 else 1),
        torch.device("cpu"),
    )
    model = model.eval()
    layers = prunable_layers(model, include_output=True)
    hidden = {name: layer for name, layer in layers.items() if not layer.is_output}
    return MeasureInput(
        dense=model,
        pruned=model,
        final=model,
        layers=layers,
        masks={},
        evaluate=lambda network: evaluate(network, data),
        example=data.example(),
        data=data.task,
        batches=data.test_batches,
        scores={name: torch.rand(len(layer.weight), generator=generator) for name, layer in hidden.items()},
    )


def slowly(given, chosen, count):
    """The evaluation of the network with `count` units, by the harness's own masks and zeros."""
    total = sum(map(len, chosen.values()))
    [kept] = topk_masks_exact(chosen, [total - count])
    network = copy.deepcopy(given.dense)
    apply_pruning(network, expand_units(given.dense, kept, given.layers, given.example))
    return given.evaluate(network)


def require_equal(given, layer="first", points=0):
    measured = unit_curve(given, layer, points)
    names = (
        list(given.scores) if layer == "all" else [next(iter(given.scores)) if layer == "first" else layer]
    )
    chosen = {name: given.scores[name] for name in names}
    curves = measured.curves
    assert measured.metrics == {"units": sum(map(len, chosen.values()))}
    found = [slowly(given, chosen, count) for count in curves["units_kept"]]
    close = {"rel": 1e-4, "abs": 1e-6}
    if given.data.kind == "regression":
        assert curves["mse_by_units"] == pytest.approx([one.squared_error for one in found], **close)
    else:
        assert curves["accuracy_by_units"] == [one.correct / one.count for one in found]
        assert curves["loss_by_units"] == pytest.approx([one.loss for one in found], **close)


def perceptron(*widths, bias=True, between=nn.ReLU):
    torch.manual_seed(0)
    steps = [[nn.Linear(m, n, bias=bias), between()] for m, n in itertools.pairwise(widths)]
    return nn.Sequential(*[part for step in steps for part in step][:-1])


@settings(max_examples=20, deadline=None)
@hypothesis_given(
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    bias=st.booleans(),
    layer=st.sampled_from(["first", "all"]),
    points=st.sampled_from([0, 2, 5]),
    ties=st.booleans(),
)
def test_a_perceptron_has_the_errors_of_separate_prunings(widths, bias, layer, points, ties):
    given = trial(perceptron(4, *widths, 2, bias=bias), (4,), regression=True, outputs=2)
    if ties:
        given = replace(given, scores={name: score.round() for name, score in given.scores.items()})
    require_equal(given, layer, points)


@pytest.mark.parametrize("bed", [LINEAR, CONV, GROUPED, SHARED, RESIDUAL], ids=lambda bed: bed.name)
@pytest.mark.parametrize("layer", ["first", "all"])
def test_every_kind_of_network_has_the_accuracies_of_separate_prunings(bed, layer):
    given = trial(bed.model(), bed.shape)
    require_equal(given, layer)
    for name in given.scores:
        require_equal(given, name)


@pytest.mark.parametrize("layer", ["first", "all", "conv2"])
def test_lenet_5_has_the_accuracies_of_separate_prunings(layer):
    torch.manual_seed(0)
    given = trial(LeNet5(num_classes=10, in_channels=1, image_size=28), (1, 28, 28), outputs=10)
    require_equal(given, layer if layer != "conv2" else list(given.scores)[1], points=7)


@pytest.mark.parametrize("layer", ["first", "all"])
def test_of_a_rewritten_network_the_curve_is_its_own(layer):
    given = trial(perceptron(4, 6, 5, 3), (4,))
    network = perceptron(4, 6, 5, 3)
    with torch.no_grad():
        network[0].weight.neg_()
    changed = replace(given, rewritten=network.eval())
    assert unit_curve(changed, layer) == unit_curve(replace(given, dense=network), layer)
    assert unit_curve(changed, layer) != unit_curve(given, layer)


def test_curves_of_equal_scores_and_other_networks_are_not_mistaken_for_each_other():
    known = {}

    def once(key, make):
        if key not in known:
            known[key] = make()
        return known[key]

    given = replace(trial(perceptron(4, 6, 3), (4,)), once=once)
    other = replace(given, rewritten=copy.deepcopy(given.dense))
    with torch.no_grad():
        other.rewritten[2].weight.mul_(2)
    assert unit_curve(given) == unit_curve(given)
    assert unit_curve(given).curves["loss_by_units"] != unit_curve(other).curves["loss_by_units"]
    assert len(known) == 2


def normalised():
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(5, 3)),
    )
    for part in (model[1].running_mean, model[1].bias.data):
        part.uniform_(-1, 1)
    return model.eval()


def test_a_channel_is_silent_behind_its_normalisation_too():
    given = trial(normalised(), (1, 8, 8))
    require_equal(given)
    require_equal(given, "4")


@pytest.mark.parametrize("bias", [False, True])
def test_a_folded_spectral_network_is_read_as_any_other(catalog, bias):
    model = perceptron(4, 7, 2, bias=bias)
    catalog.get("parametrization", "spectral").make({})(model)
    require_equal(trial(fold(model), (4,), regression=True, outputs=2))


def test_the_value_at_a_number_of_units_is_that_of_one_shot_pruning_with_a_budget_of_units():
    given = trial(perceptron(4, 8, 6, 2), (4,), regression=True, outputs=2)
    hidden = {name: given.layers[name] for name in given.scores}
    expand = unit_expander(given.dense, given.layers, given.example)
    at = unit_prunings(given.scores, [0.0, 0.5, 0.75, 1.0], Spread(hidden, "global", "units"), expand)
    curve = unit_curve(given, "all").curves["mse_by_units"]
    for pruned in at.values():
        network = copy.deepcopy(given.dense)
        apply_pruning(network, pruned)
        units = sum(int(kept.sum()) for kept in pruned.units.values())
        assert curve[units] == pytest.approx(given.evaluate(network).squared_error, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "shape", "kind"),
    [
        (perceptron(4, 7, 3), (4,), SummedRuns),
        (normalised(), (1, 8, 8), SummedRuns),
        (perceptron(4, 7, 3, between=nn.Sigmoid), (4,), MaskedRuns),
        (nn.Sequential(nn.Linear(4, 7), nn.LayerNorm(7), nn.Linear(7, 3)), (4,), MaskedRuns),
        (RESIDUAL.model(), (1, 6, 6), MaskedRuns),
    ],
    ids=["perceptron", "convolutions", "sigmoid", "layer norm", "residual"],
)
def test_sums_over_units_are_taken_only_where_they_are_right(model, shape, kind):
    given = trial(model, shape)
    [name, *_] = given.scores
    ranks = {name: torch.randperm(len(given.scores[name]))}
    assert type(unit_runs(model, ranks, torch.randn(8, *shape))) is kind
    require_equal(given)


def test_points_are_about_evenly_spaced_and_hold_both_ends():
    given = trial(perceptron(4, 10, 2), (4,), regression=True, outputs=2)
    assert unit_curve(given, points=4).curves["units_kept"] == [0, 3, 7, 10]
    assert unit_curve(given, points=99).curves["units_kept"] == list(range(11))


def test_prunings_of_one_network_by_one_pruner_share_the_curve():
    given, known = trial(perceptron(4, 5, 2), (4,), regression=True, outputs=2), {}

    def once(key, make):
        return known[key] if key in known else known.setdefault(key, make())

    one = unit_curve(replace(given, once=once))
    assert unit_curve(replace(given, once=once)).curves is one.curves
    other = replace(given, once=once, scores={name: -score for name, score in given.scores.items()})
    assert unit_curve(other).curves["mse_by_units"] != one.curves["mse_by_units"]


@pytest.mark.parametrize(
    ("scores", "layer", "words"),
    [
        (None, "first", "gave no scores"),
        ({"0": torch.rand(5, 4)}, "first", "scores weights, not units"),
        ({"0": torch.rand(5)}, "9", "no scored layer is called '9'"),
    ],
)
def test_what_has_no_order_of_units_has_no_curve(scores, layer, words):
    given = replace(trial(perceptron(4, 5, 2), (4,)), scores=scores)
    with pytest.raises(Unsupported, match=words):
        unit_curve(given, layer)
