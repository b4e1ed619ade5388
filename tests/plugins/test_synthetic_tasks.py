"""The teacher and the mixture: against hand-worked networks and closed forms."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import bench
import bench.api
from bench_tasks.synthetic import simplex, teach, teacher_weights

SMALL = {"train": 50, "test": 30}


def load(name, seed=0, **params):
    return bench.build("task", name, **SMALL | params)(bench.DataRequest(None, download=False, seed=seed))


def resolved(**params):
    return bench.api.catalog().get("task", "teacher").resolve(params)


def test_a_teacher_worked_by_hand():
    weights = [torch.tensor([[1.0, -1.0], [2.0, 0.5]]), torch.tensor([[1.0, 1.0]])]
    inputs = torch.tensor([[1.0, 2.0], [3.0, -1.0], [-1.0, -1.0]])
    assert teach(weights, inputs).tolist() == [[3.0], [4.0 + 5.5], [0.0]]


@given(st.lists(st.integers(1, 6), max_size=3), st.integers(1, 4), st.integers(0, 100))
def test_weights_are_glorot_uniform(hidden, outputs, seed):
    params = {"inputs": 3, "hidden": hidden, "outputs": outputs, "output_ones": False}
    weights = teacher_weights(params, torch.Generator().manual_seed(seed))
    widths = [3, *hidden, outputs]
    assert [tuple(weight.shape) for weight in weights] == list(zip(widths[1:], widths[:-1], strict=True))
    for weight in weights:
        assert weight.abs().max() <= (6 / sum(weight.shape)) ** 0.5


def test_weights_fill_their_range():
    params = {"inputs": 300, "hidden": [], "outputs": 300, "output_ones": False}
    [weight] = teacher_weights(params, torch.Generator().manual_seed(0))
    bound = (6 / 600) ** 0.5
    assert weight.max() > 0.99 * bound
    assert weight.min() < -0.99 * bound
    assert float(weight.var()) == pytest.approx(bound**2 / 3, rel=0.02)


def test_the_targets_are_the_teachers_and_its_last_weights_are_one():
    params = resolved(**SMALL, hidden=[20, 20])
    weights = teacher_weights(params, torch.Generator().manual_seed(4))
    assert bool((weights[-1] == 1).all())
    data = load("teacher", seed=4)
    assert data.train.inputs.shape == (50, 10)
    assert torch.allclose(teach(weights, data.test.inputs.double()).float(), data.test.targets, atol=1e-5)
    assert (data.kind, data.num_classes, data.in_channels) == ("regression", 1, 10)


def test_the_task_tells_its_teachers_weights():
    data = load("teacher", seed=4, hidden=[7, 5])
    assert [tuple(weight.shape) for weight in data.teacher_weights] == [(7, 10), (5, 7), (1, 5)]
    assert {weight.dtype for weight in data.teacher_weights} == {torch.float32}
    made = teach([weight.double() for weight in data.teacher_weights], data.test.inputs.double())
    assert torch.allclose(made.float(), data.test.targets, atol=1e-5)


def test_a_teacher_reads_its_relevant_inputs_alone():
    chosen = set()
    for seed in range(5):
        data = load("teacher", seed=seed, inputs=40, relevant=8, hidden=[6])
        read = data.teacher_weights[0].any(0)
        assert int(read.sum()) == 8
        assert data.train.inputs.shape == (50, 40)
        chosen.add(tuple(read.nonzero().flatten().tolist()))
    assert len(chosen) == 5


def test_the_weights_of_relevant_inputs_are_those_of_a_teacher_of_that_many():
    few = load("teacher", seed=3, inputs=8, hidden=[6])
    spread = load("teacher", seed=3, inputs=40, relevant=8, hidden=[6])
    read = spread.teacher_weights[0].any(0)
    assert torch.equal(spread.teacher_weights[0][:, read], few.teacher_weights[0])


def test_no_more_inputs_are_relevant_than_there_are():
    with pytest.raises(bench.UserError, match="11 relevant inputs of 10"):
        load("teacher", relevant=11)


def test_noise_has_its_deviation_and_leaves_the_inputs():
    clean, noisy = load("teacher", train=20_000), load("teacher", train=20_000, noise=0.3)
    assert torch.equal(clean.train.inputs, noisy.train.inputs)
    residual = noisy.train.targets - clean.train.targets
    assert float(residual.std()) == pytest.approx(0.3, rel=0.03)
    assert abs(float(residual.mean())) < 0.01


def test_inputs_have_their_deviation():
    assert float(load("teacher", train=20_000, input_std=2.5).train.inputs.std()) == pytest.approx(
        2.5, rel=0.02
    )


def test_more_examples_do_not_change_the_teacher():
    few, many = load("teacher", seed=2), load("teacher", seed=2, train=500)
    assert torch.equal(few.train.inputs[0], many.train.inputs[0])
    assert torch.equal(few.train.targets[0], many.train.targets[0])


@pytest.mark.parametrize("name", ["teacher", "gaussian-mixture"])
def test_the_seed_makes_the_data_and_nothing_else_does(name):
    one = load(name, seed=1)
    torch.manual_seed(7)
    assert torch.equal(one.train.inputs, load(name, seed=1).train.inputs)
    assert not torch.equal(one.train.inputs, load(name, seed=2).train.inputs)
    assert not torch.equal(one.train.inputs[:30], one.test.inputs)


@given(st.integers(2, 8), st.integers(0, 5), st.floats(0.1, 10), st.integers(0, 1000))
def test_all_centres_are_equally_far_apart_around_the_origin(classes, extra, separation, seed):
    centres = simplex(classes, classes + extra, separation, torch.Generator().manual_seed(seed))
    for one, other in combinations(centres, 2):
        assert float((one - other).norm()) == pytest.approx(separation, rel=1e-9)
    assert float(centres.mean(0).norm()) < 1e-9 * separation


def test_two_classes_can_be_told_apart_as_often_as_bayes_says():
    data = load("gaussian-mixture", classes=2, dimension=5, separation=2.0, train=20_000, test=40_000)
    centres = torch.stack([data.train.inputs[data.train.targets == label].mean(0) for label in (0, 1)])
    nearest = torch.cdist(data.test.inputs, centres).argmin(1)
    accuracy = float((nearest == data.test.targets).double().mean())
    assert accuracy == pytest.approx(norm.cdf(1.0), abs=0.01)


def test_the_declared_deviation_is_that_of_the_data():
    data = load("gaussian-mixture", classes=4, dimension=6, separation=5.0, train=40_000)
    assert float(data.train.inputs.std()) == pytest.approx(data.std[0], rel=0.02)
    assert abs(float(data.train.inputs.mean())) < 0.02


def test_more_classes_than_dimensions_are_refused():
    with pytest.raises(bench.UserError, match="5 classes in 4 dimensions"):
        load("gaussian-mixture", classes=5, dimension=4)


def random_mixture(**params):
    return load("gaussian-mixture", centres="random", **params).train


def test_random_centres_are_whitened_by_the_mixture_s_own_mean_and_covariance():
    inputs = random_mixture(classes=6, clusters=2, dimension=5, separation=6.0, train=60_000).inputs.double()
    assert float(inputs.mean(0).abs().max()) < 0.02
    covariance = (inputs - inputs.mean(0)).T @ (inputs - inputs.mean(0)) / len(inputs)
    assert torch.allclose(covariance, torch.eye(5).double(), atol=0.03)


def test_random_centres_are_their_separation_apart_in_the_root_mean_square():
    split = random_mixture(classes=200, dimension=10, separation=6.0, train=60_000)
    inputs = split.inputs.double()
    sums = torch.zeros(200, 10).double().index_add_(0, split.targets, inputs)
    means = sums / torch.bincount(split.targets, minlength=200)[:, None]
    residuals = inputs - means[split.targets]
    within = residuals.T @ residuals / (len(inputs) - 200)
    # Whitening turned the unit variance within classes into (1 + S)⁻¹, S the covariance of the centres.
    spread = float(torch.linalg.inv(within).trace()) - 10
    assert (2 * spread * 200 / 199) ** 0.5 == pytest.approx(6.0, rel=0.06)


@pytest.mark.parametrize("clusters", [1, 3])
def test_a_class_has_so_many_clusters_equally_frequent(clusters):
    split = random_mixture(classes=4, clusters=clusters, dimension=2, separation=1e6, train=1200)
    own = split.inputs[split.targets == 0].double()
    together = torch.unique(torch.cdist(own, own) < 1e-3, dim=0)
    assert together.sum(1).tolist() == [300 / clusters] * clusters


def test_random_centres_may_be_more_than_the_dimensions():
    split = random_mixture(classes=30, clusters=2, dimension=3, train=300)
    assert split.inputs.shape == (300, 3)
    assert sorted(set(split.targets.tolist())) == list(range(30))


def test_several_clusters_around_a_simplex_are_refused():
    with pytest.raises(bench.UserError, match="2 clusters a class around a simplex"):
        load("gaussian-mixture", clusters=2)
