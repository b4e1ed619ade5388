"""What a student shares with its teacher: matches, paths and inputs, on networks worked by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ecdf, energy_distance, wasserstein_distance
from torch import nn

import bench
from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.prunable import prunable_layers
from bench.testing.tiny import SHARED
from bench_student_teacher.distances import distances
from bench_student_teacher.match import matched_cosines
from bench_student_teacher.paths import path_weights
from tests.plugins.students_of import chain
from tests.plugins.transitions import frame_of, row, step

SAMPLES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


def task(seed=0, **params):
    load = bench.build("task", "teacher", **{"train": 20, "test": 200} | params)
    return load(bench.DataRequest(None, download=False, seed=seed))


def measure(name, model, data, scores=None, **params):
    placed = DeviceData.place(data, torch.device("cpu"))
    given = bench.MeasureInput(
        dense=model,
        pruned=model,
        final=model,
        layers=prunable_layers(model, include_output=True),
        masks={},
        evaluate=lambda network: evaluate(network, placed),
        example=placed.example(),
        data=placed.task,
        scores=scores,
    )
    return bench.build("measure", name, **params)(given)


def twin(data, extra=0, order=None):
    """A student that is its teacher, with `extra` units of small weights before the others."""
    first, second, *rest = data.teacher_weights
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(first), generator=generator) if order is None else order
    small = 0.01 * torch.randn(extra, first.shape[1], generator=generator)
    into = torch.cat([small, first[order]])
    return chain(into, torch.cat([torch.zeros(len(second), extra), second[:, order]], 1), *rest)


def test_a_student_that_is_its_teacher_matches_in_any_order():
    data = task(hidden=[6, 5])
    found = measure("teacher-match", twin(data, extra=9), data).metrics
    assert found["teacher_units"] == 6
    assert found["matched"] == 1
    assert found["match_cosine_mean"] == pytest.approx(1)
    assert found["active_units"] == 6
    assert found["target_variance"] == pytest.approx(float(data.test.targets.var(unbiased=False)), rel=1e-5)


def test_units_of_opposite_weights_are_no_match():
    data = task(hidden=[6])
    first, last = data.teacher_weights
    assert measure("teacher-match", chain(-first, last), data).metrics["matched"] == 0


def test_the_pruners_scores_say_which_units_are_best():
    data = task(hidden=[6, 5])
    model = twin(data, extra=6, order=torch.arange(6))
    last_first = {"0": torch.arange(12.0)}
    assert measure("teacher-match", model, data, last_first).metrics["matched"] == 1
    small_first = {"0": torch.arange(12.0).flip(0)}
    found = measure("teacher-match", model, data, small_first).metrics
    assert found["matched"] < 1
    assert found["active_units"] == 11


@pytest.mark.parametrize("said", [torch.full((12,), torch.inf), torch.ones(12, 10)])
def test_scores_that_do_not_tell_units_apart_give_way_to_norms(said):
    data = task(hidden=[6, 5])
    assert measure("teacher-match", twin(data, extra=6), data, {"0": said}).metrics["matched"] == 1


def test_a_student_with_fewer_units_matches_no_more_than_it_has():
    data = task(hidden=[8])
    first, last = data.teacher_weights
    found = measure("teacher-match", chain(first[:6], last[:, :6]), data).metrics
    assert found["matched"] == pytest.approx(6 / 8)
    assert found["match_cosine_mean"] == pytest.approx(6 / 8)


def test_the_match_has_the_largest_sum_of_cosines():
    teacher = torch.tensor([[1.0, 0.0], [1.0, 0.2]])
    near = torch.tensor([[1.0, 0.05], [1.0, -1.0]])
    cosines = matched_cosines(teacher, near)
    both = [float(torch.cosine_similarity(teacher[i], near[j], dim=0)) for i, j in ((0, 1), (1, 0))]
    assert sorted(cosines) == pytest.approx(sorted(both))


def test_kernels_are_matched_as_vectors():
    kernels = torch.randn(4, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    model = nn.Sequential(nn.Conv2d(1, 7, 3, bias=False), nn.Flatten(), nn.Linear(7, 1)).eval()
    with torch.no_grad():
        model[0].weight[:4].copy_(3 * kernels)
        model[0].weight[4:].fill_(0.001)
    images = bench.Split(torch.zeros(9, 1, 3, 3), torch.zeros(9, 1))
    data = bench.TaskData(images, images, "regression", 1, 1, 3, teacher_weights=(kernels,))
    found = measure("teacher-match", model, data).metrics
    assert (found["teacher_units"], found["matched"], found["active_units"]) == (4, 1, 4)
    with pytest.raises(bench.Unsupported, match="linear layers alone"):
        measure("path-distribution", model, data)


@pytest.mark.parametrize("name", ["teacher-match", "path-distribution", "input-ranking"])
def test_without_a_teacher_of_the_same_inputs_there_is_nothing_to_measure(name):
    model = twin(task(inputs=7, hidden=[4]))
    with pytest.raises(bench.Unsupported, match="no weights of a teacher"):
        measure(name, SHARED.model(), SHARED.data().task)
    with pytest.raises(bench.Unsupported, match="a teacher's of shape"):
        measure(name, model, task(inputs=8, hidden=[4]))


def test_paths_are_the_products_along_them():
    weights = [torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, -1.0]])]
    assert path_weights(weights).tolist() == [-4, -3, 5, 10]


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(0, 1000))
def test_paths_are_as_many_as_the_widths_product_and_sum_to_the_linear_map(widths, seed):
    generator = torch.Generator().manual_seed(seed)
    weights = [
        torch.randn(later, earlier, generator=generator, dtype=torch.float64)
        for earlier, later in pairwise(widths)
    ]
    paths = path_weights(weights)
    whole = weights[0]
    for weight in weights[1:]:
        whole = weight @ whole
    assert len(paths) == np.prod(widths)
    assert paths.sum() == pytest.approx(float(whole.sum()), abs=1e-9)


def test_layers_that_are_no_chain_have_no_paths():
    with pytest.raises(bench.Unsupported, match="no chain"):
        path_weights([torch.ones(3, 2), torch.ones(1, 4)])


@given(SAMPLES, SAMPLES)
def test_distances_are_those_of_scipy(one, other):
    found = distances(np.array(one), np.array(other))
    places = [*one, *other]
    apart = ecdf(one).cdf.evaluate(places) - ecdf(other).cdf.evaluate(places)
    assert found.ks == pytest.approx(np.abs(apart).max(), abs=1e-12)
    assert found.wasserstein == pytest.approx(wasserstein_distance(one, other), abs=1e-12)
    assert found.energy == pytest.approx(energy_distance(one, other), abs=1e-9)


def test_a_students_core_has_its_teachers_paths():
    data = task(hidden=[6, 5])
    found = measure("path-distribution", twin(data, extra=6), data)
    for distance in ("ks", "energy", "w1"):
        assert found.metrics[f"paths_{distance}_core"] == pytest.approx(0, abs=1e-6)
        assert found.metrics[f"paths_{distance}_whole"] > 0.01
    assert len(found.curves["paths_teacher"]) == 101
    assert found.curves["paths_core"] == pytest.approx(found.curves["paths_teacher"], abs=1e-6)
    assert list(found.curves["paths_whole"]) == sorted(found.curves["paths_whole"])


def test_rescaled_units_have_the_same_paths():
    data = task(hidden=[6, 5])
    first, second, last = data.teacher_weights
    factors = torch.linspace(0.5, 3, 6)
    model = chain(first * factors[:, None], second / factors, last)
    assert measure("path-distribution", model, data).metrics["paths_w1_core"] == pytest.approx(0, abs=1e-6)


def test_distances_of_paths_are_in_deviations_of_the_teachers():
    data = task(hidden=[6])
    first, last = data.teacher_weights
    found = measure("path-distribution", chain(3 * first, last), data).metrics
    paths = path_weights([first, last])
    assert found["paths_w1_whole"] == pytest.approx(
        wasserstein_distance(3 * paths, paths) / paths.std(), rel=1e-5
    )


def test_inputs_that_the_teacher_reads_are_found_by_their_columns():
    data = task(inputs=12, relevant=4, hidden=[6])
    first, last = data.teacher_weights
    found = measure("input-ranking", chain(first + 0.001, last), data).metrics
    assert (found["relevant_inputs"], found["input_recall"]) == (4, 1)
    norms = (first + 0.001).norm(dim=0)
    relevant = first.any(0)
    assert found["input_separation"] == pytest.approx(float(norms[relevant].min() / norms[~relevant].max()))
    assert found["mse_top_inputs"] == pytest.approx(0, abs=1e-3)


def test_inputs_ranked_wrongly_are_missed_and_cut():
    data = task(inputs=12, relevant=4, hidden=[6])
    first, last = data.teacher_weights
    found = measure("input-ranking", chain(torch.where(first == 0, 1.0, 0.0), last), data).metrics
    assert (found["input_recall"], found["input_separation"]) == (0, 0)
    assert found["mse_top_inputs"] > 0.1


def test_silent_irrelevant_inputs_leave_the_separation_undefined():
    data = task(inputs=12, relevant=4, hidden=[6])
    assert measure("input-ranking", chain(*data.teacher_weights), data).metrics["input_separation"] is None
    everything = task(inputs=5, hidden=[6])
    found = measure("input-ranking", twin(everything), everything).metrics
    assert (found["relevant_inputs"], found["input_recall"], found["input_separation"]) == (5, 1, None)


def test_the_analysis_of_paths_is_over_seeds():
    frame = frame_of([row("h50", seed, step(50, 20)) for seed in range(6)])
    frame["metrics.paths_w1_core"] = [0.1, 0.2, 0.3, 0.4, 0.5, 3.0]
    said = bench.build("analysis", "path-distribution")(frame)
    assert said.value == pytest.approx(0.35)
    assert said.low < said.value < said.high
    assert bench.build("analysis", "path-distribution", statistic="mean")(frame).value == pytest.approx(0.75)
