"""The teacher whose units matter unequally: every stated fact of its weights and biases."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import bench
from bench_tasks.polarity import PolarityTeacher, polarity_teacher, quarters, unit_rows

SMALL = {"train": 50, "test": 30}
DEEP = {"inputs": 20, "hidden": [50, 75, 100, 125], "outputs": 100, "biases": "median", "input_std": 10.0}


def load(seed=0, **params):
    task = bench.build("task", "polarity-teacher", **SMALL | params)
    return task(bench.DataRequest(None, download=False, seed=seed))


def drawn(seed=0, **params):
    resolved = bench.api.catalog().get("task", "polarity-teacher").resolve(params)
    return polarity_teacher(resolved, torch.Generator().manual_seed(seed))


def test_a_teacher_worked_by_hand():
    weights = (torch.tensor([[1.0, -1.0], [2.0, 0.5]]), torch.tensor([[1.0, 2.0]]))
    teacher = PolarityTeacher(weights, (torch.tensor([-1.0, 0.5]), torch.tensor([0.25])))
    inputs = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    assert teacher.hidden(inputs)[0].tolist() == [[0.0, 3.5], [3.0, 6.0]]
    assert teacher.outputs(inputs).tolist() == [[7.25], [15.25]]


@given(st.integers(1, 40), st.integers(3, 12), st.integers(0, 1000))
def test_weights_are_quarters_and_no_two_rows_have_one_direction(count, width, seed):
    weight = quarters(count, width, torch.Generator().manual_seed(seed))
    assert weight.shape == (count, width)
    assert set(weight.flatten().tolist()) <= {step / 4 for step in range(-4, 5)}
    cosines = unit_rows(weight) @ unit_rows(weight).T - 2 * torch.eye(count)
    assert float(cosines.max()) < 1 - 1e-9


def test_all_nine_quarters_are_as_frequent():
    weight = quarters(300, 300, torch.Generator().manual_seed(0))
    values, counts = weight.unique(return_counts=True)
    assert values.tolist() == [step / 4 for step in range(-4, 5)]
    assert (counts / weight.numel()).tolist() == pytest.approx([1 / 9] * 9, rel=0.05)


def test_more_units_than_there_are_directions_are_refused():
    with pytest.raises(bench.UserError, match="3 units of 1 inputs"):
        load(inputs=1, hidden=[3])


def test_a_teacher_has_a_hidden_layer():
    with pytest.raises(bench.UserError, match="hidden is empty"):
        load(hidden=[])


def test_outputs_that_do_not_vary_cannot_be_standardised():
    with pytest.raises(bench.UserError, match="inputs that do not vary"):
        load(**DEEP | {"input_std": 0.0})


def test_incoming_weights_have_norm_one_and_all_biases_are_the_published():
    teacher = drawn()
    assert [tuple(weight.shape) for weight in teacher.weights] == [(20, 100), (50, 20)]
    assert teacher.weights[0].norm(dim=1).tolist() == pytest.approx([1.0] * 20)
    assert [bias.unique().tolist() for bias in teacher.biases] == [[-0.1], [-0.1]]


@pytest.mark.parametrize("polarity", [0.5, 1.0, 2.5])
def test_the_fan_out_of_unit_j_is_divided_by_j_to_the_polarity(polarity):
    even, uneven = drawn(seed=3), drawn(seed=3, polarity=polarity)
    assert torch.equal(even.weights[0], uneven.weights[0])
    assert set(even.weights[1].flatten().tolist()) <= {step / 4 for step in range(-4, 5)}
    for unit in range(20):
        due = even.weights[1][:, unit] / (unit + 1) ** polarity
        assert uneven.weights[1][:, unit].tolist() == pytest.approx(due.tolist())


def test_a_unit_is_active_as_often_as_the_normal_law_says():
    data = load(train=20_000)
    [hidden] = data.teacher(data.train.inputs)
    assert float((hidden > 0).double().mean()) == pytest.approx(norm.cdf(-0.1 / 1.5), abs=0.005)
    assert norm.cdf(-0.1 / 1.5) == pytest.approx(0.473, abs=0.0005)


def test_the_targets_are_the_teachers_and_the_task_tells_its_weights():
    data, teacher = load(seed=5), drawn(seed=5)
    for split in (data.train, data.test):
        made = teacher.outputs(split.inputs.double()).float()
        assert torch.allclose(made, split.targets, atol=1e-5)
    assert {weight.dtype for weight in data.teacher_weights} == {torch.float32}
    for told, true in zip(data.teacher_weights, teacher.weights, strict=True):
        assert torch.equal(told, true.float())
    assert data.train.inputs.shape == (50, 100)
    assert (data.kind, data.num_classes, data.in_channels) == ("regression", 50, 100)


def test_the_teacher_answers_in_the_type_of_its_inputs():
    data = load()
    assert data.teacher(data.test.inputs)[0].dtype == torch.float32
    assert data.teacher(data.test.inputs.double())[0].dtype == torch.float64


def test_half_of_the_inputs_activate_every_unit_of_a_deep_teacher():
    data = load(**DEEP, train=20_000)
    active = [(hidden > 0).double().mean(0) for hidden in data.teacher(data.train.inputs)]
    assert [len(layer) for layer in active] == [50, 75, 100, 125]
    for layer in active:
        assert float((layer - 0.5).abs().max()) < 0.03
        assert float(layer.mean()) == pytest.approx(0.5, abs=0.005)


def test_each_output_of_a_deep_teacher_has_mean_zero_and_deviation_one():
    targets = load(**DEEP, train=20_000).train.targets
    assert float(targets.mean(0).abs().max()) < 0.05
    assert float((targets.std(0) - 1).abs().max()) < 0.05


def test_weights_into_the_hidden_units_of_a_deep_teacher_have_norm_one():
    for weight in drawn(**DEEP).weights[:-1]:
        assert weight.norm(dim=1).tolist() == pytest.approx([1.0] * len(weight))


def test_inputs_have_their_deviation():
    assert float(load(train=2_000).train.inputs.std()) == pytest.approx(1.5, rel=0.02)


@pytest.mark.parametrize("params", [{}, DEEP], ids=["constant", "median"])
def test_more_examples_do_not_change_the_teacher(params):
    few, many = load(seed=2, **params), load(seed=2, **params | {"train": 500})
    for one, other in zip(few.teacher_weights, many.teacher_weights, strict=True):
        assert torch.equal(one, other)
    for one, other in zip(few.teacher(many.test.inputs), many.teacher(many.test.inputs), strict=True):
        assert torch.equal(one, other)


def test_the_seed_makes_the_data():
    assert torch.equal(load(seed=1).train.inputs, load(seed=1).train.inputs)
    assert not torch.equal(load(seed=1).teacher_weights[0], load(seed=2).teacher_weights[0])
