"""`specialization`: the units that a teacher's units are recognised in stay."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import bench
import bench_units
from bench import PruneInput, Unsupported
from bench.engine.prunable import prunable_layers
from bench.engine.units import hidden_layers
from bench_tasks.synthetic import activations, teach, teacher_weights
from bench_units.specialised import best_correlation

PRUNER = {pruner.name: pruner for pruner in bench_units.bench_pruners()}["specialization"]
TEACHER = bench.build("task", "teacher", hidden=[4], train=50, test=10)


def given_for(model, inputs, teacher):
    layers = hidden_layers(prunable_layers(model, include_output=True))
    refuse = lambda *_: pytest.fail("no loss is needed")  # noqa: E731
    return PruneInput(model, layers, torch.Generator(), lambda size: (inputs[:size], None), refuse, teacher)


def test_correlations_are_numpys_and_the_best_counts():
    generator = torch.Generator().manual_seed(0)
    students = torch.randn(5, 40, generator=generator)
    teachers = torch.randn(3, 40, generator=generator)
    expected = np.corrcoef(students.numpy(), teachers.numpy())[:5, 5:].max(1)
    assert best_correlation(students, teachers).numpy() == pytest.approx(expected, abs=1e-6)


def test_units_that_never_vary_correlate_with_nothing():
    row = torch.tensor([[1.0, 2.0, 4.0]])
    flat = torch.ones(1, 3)
    assert best_correlation(torch.cat([row, flat]), torch.cat([flat, row])).tolist() == [pytest.approx(1), -1]
    assert best_correlation(row, flat).tolist() == [-1]


def test_a_students_copies_of_the_teachers_units_are_told_from_the_others():
    data = TEACHER(bench.DataRequest(None, False, seed=3))
    inputs = torch.randn(500, 10, generator=torch.Generator().manual_seed(1))
    taught = data.teacher(inputs)
    model = nn.Sequential(nn.Linear(10, 7, bias=False), nn.ReLU(), nn.Linear(7, 1))
    params = TEACHER_PARAMS
    weights = teacher_weights(params, torch.Generator().manual_seed(3))
    with torch.no_grad():
        model[0].weight[:4] = 2.5 * weights[0].float()
        model[0].weight[4:] = torch.randn(3, 10, generator=torch.Generator().manual_seed(2))
    scores = PRUNER.make({"examples": 500})(given_for(model, inputs, data.teacher))["0"]
    assert len(taught) == 1
    assert scores[:4].tolist() == pytest.approx([1.0] * 4, abs=1e-6)
    assert scores[4:].max() < 0.95


TEACHER_PARAMS = {"inputs": 10, "hidden": [4], "outputs": 1, "output_ones": True}


def test_the_tasks_teacher_is_the_network_that_made_its_targets():
    data = TEACHER(bench.DataRequest(None, False, seed=3))
    weights = teacher_weights(TEACHER_PARAMS, torch.Generator().manual_seed(3))
    inputs = data.train.inputs
    assert torch.equal(data.teacher(inputs)[0], activations([w.float() for w in weights], inputs)[0])
    assert data.teacher(inputs)[0].sum(1) == pytest.approx(data.train.targets[:, 0], rel=1e-5, abs=1e-5)
    assert torch.equal(teach([weights[0]], inputs.double()), inputs.double() @ weights[0].T)


def test_without_a_teacher_or_with_a_shallower_one_it_declines():
    model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 1))
    inputs = torch.randn(20, 10)
    with pytest.raises(Unsupported, match="no teacher"):
        PRUNER.make({})(given_for(model, inputs, None))
    with pytest.raises(Unsupported, match="2 hidden layers, but the teacher has 1"):
        PRUNER.make({})(given_for(model, inputs, lambda x: [x[:, :3].relu()]))
