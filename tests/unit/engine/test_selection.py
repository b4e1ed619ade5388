"""Choosing an epoch by the validation split."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.selection import BestEpoch
from bench.engine.train import Course, train
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


@pytest.fixture
def cut(task):
    return DeviceData.place(task, torch.device("cpu"), 0.4)


def constant(kind, targets):
    """A network whose output is its bias, on inputs that do not matter."""
    network = nn.Linear(1, 2)
    nn.init.zeros_(network.weight)
    count = len(targets)
    split = Split(torch.zeros(count, 1), targets)
    data = DeviceData.place(TaskData(split, split, kind, 2, 1, 1), torch.device("cpu"))
    return network, BestEpoch(network, data, split)


def watch(network, best, biases):
    for epoch, bias in enumerate(biases, start=1):
        network.bias.data = torch.tensor(bias)
        best(epoch)
    best.restore()
    return best.epoch, network.bias.tolist()


def test_the_epoch_with_most_correct_is_kept_and_of_equals_the_earlier():
    network, best = constant("classification", torch.tensor([1, 1, 1, 0]))
    biases = [[1.0, 0.0], [0.0, 1.0], [0.0, 2.0], [3.0, 0.0]]
    assert watch(network, best, biases) == (2, [0.0, 1.0])


def test_of_a_regression_the_least_squared_error_is_kept():
    network, best = constant("regression", torch.ones(3, 2))
    biases = [[0.0, 0.0], [float("nan"), 1.0], [1.0, 0.5], [1.0, 0.5], [2.0, 2.0]]
    assert watch(network, best, biases) == (3, [1.0, 0.5])


def test_where_no_epoch_was_seen_the_weights_stay():
    network, best = constant("regression", torch.ones(3, 2))
    network.bias.data.fill_(7)
    assert watch(network, best, []) == (None, [7.0, 7.0])


def trained(catalog, network, data, masks=None, last=None, **keys):
    """The epoch chosen, and each epoch's correct answers and weights."""
    recipe = StageRecipe(
        epochs=6, batch_size=4, lr=0.4, schedule="constant", objective_params={"label_smoothing": 0.0}, **keys
    )
    seen = []

    def after(epoch):
        correct = evaluate(network, data, data.validation).correct
        seen.append((correct, copy.deepcopy(network.state_dict())))

    course = Course(recipe, StageLoss(recipe, catalog), 3, after, last=last)
    return train(network, data, course, masks), seen


def test_training_leaves_the_weights_of_the_best_epoch(catalog, network, cut):
    chosen, seen = trained(catalog, network, cut, select="best-validation")
    counts = [correct for correct, _ in seen]
    assert chosen == counts.index(max(counts)) + 1
    weights = network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in seen[chosen - 1][1].items())
    assert evaluate(network, cut, cut.validation).correct == max(counts)


def test_watching_changes_nothing_of_the_course(catalog, network, cut):
    twin = copy.deepcopy(network)
    _, watched = trained(catalog, network, cut, select="best-validation")
    chosen, unwatched = trained(catalog, twin, cut, select="last")
    assert chosen is None
    for (_, one), (_, other) in zip(watched, unwatched, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_masks_hold_in_the_epoch_that_is_kept(catalog, network, cut):
    mask = torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5
    network[0].weight.data.mul_(mask)
    chosen, _ = trained(catalog, network, cut, {"0.weight": mask}, select="best-validation")
    assert chosen
    assert torch.count_nonzero(network[0].weight[~mask]) == 0


def test_a_course_that_ends_early_ends_where_it_ends(catalog, network, cut):
    chosen, seen = trained(catalog, network, cut, last=3, select="best-validation")
    assert (chosen, len(seen)) == (None, 3)
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in seen[-1][1].items())


def test_the_test_split_is_never_asked(catalog, network, cut):
    blind = replace(cut, test=Split(cut.test.inputs[:0], cut.test.targets[:0]))
    assert trained(catalog, network, blind, select="best-validation")[0]


def test_where_weights_are_averaged_the_averages_are_judged_and_kept(catalog, network, cut):
    chosen, seen = trained(catalog, network, cut, select="best-validation", ema_decay=0.9)
    counts = [correct for correct, _ in seen]
    assert chosen == counts.index(max(counts)) + 1
    weights = network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in seen[chosen - 1][1].items())
