"""`specialization`, its trace and its removal, on students whose units are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from torch import nn

import bench
from bench_specialization.correlation import compare
from bench_specialization.measures import rank_correlation
from tests.plugins.students_of import chain, hidden_of, placed, seen, taught_by, traced

NORMAL = torch.Generator().manual_seed(5)


def weights(*shape, scale=1.0):
    return scale * torch.randn(*shape, generator=NORMAL)


FIRST, LAST = weights(4, 12), weights(3, 4)
TEACHER = chain(FIRST, LAST)
DATA = taught_by(TEACHER)


def measure(name, model, data, **params):
    return bench.build("measure", name, **params)(seen(model, data))


def over_realised(copies=2, idle=3):
    """Each unit of the teacher `copies` times, which share its load, and units that do nothing much."""
    into = torch.cat([FIRST * (1 + k) for k in range(copies)] + [weights(idle, 12)])
    out = torch.cat([LAST / (1 + k) / copies for k in range(copies)] + [weights(3, idle, scale=1e-3)], 1)
    return chain(into, out)


def test_correlations_are_those_of_numpy_however_batches_fall():
    student = chain(weights(7, 12), weights(3, 7))
    data = placed(DATA)
    [found] = compare(student, seen(student, DATA).layers, DATA.teacher, data.test_batches)
    one, other = (hidden_of(model, DATA.test.inputs)[0].numpy() for model in (student, TEACHER))
    expected = np.corrcoef(one.T, other.T)[:7, 7:]
    assert found.correlations.numpy() == pytest.approx(expected, abs=1e-6)
    assert found.activity.numpy() == pytest.approx(one.mean(0), rel=1e-5)


def test_a_student_with_copies_of_all_units_has_recovered_all():
    found = measure("specialization", over_realised(), DATA)
    assert [found.metrics[f"recovery_{level}"] for level in (50, 70, 90, 95)] == [1, 1, 1, 1]
    assert found.metrics["teacher_best_mean"] == pytest.approx(1)
    assert found.metrics["over_realisation"] == 11 / 4
    assert found.curves["teacher_best"] == pytest.approx([1] * 4)
    assert found.curves["student_best"][:8] == pytest.approx([1] * 8)
    assert max(found.curves["student_best"][8:]) < 0.95
    assert found.metrics["unexplained_variance"] == pytest.approx(0, abs=1e-4)


def test_the_fan_out_is_the_norm_of_the_weights_that_read_a_unit():
    student = over_realised()
    found = measure("specialization", student, DATA).curves["fan_out"]
    assert found == pytest.approx(student[2].weight.norm(dim=0).tolist(), rel=1e-5)


def test_recovery_counts_the_teachers_units_that_some_student_has():
    student = chain(torch.cat([FIRST[:3], -FIRST[:1]]), LAST)
    found = measure("specialization", student, DATA)
    assert found.metrics["recovery_95"] == 0.75
    assert found.metrics["student_best_mean"] < 1


def test_an_l_violation_is_a_unit_of_no_teacher_that_is_read():
    quiet, loud = over_realised(idle=2), over_realised(idle=2)
    with torch.no_grad():
        loud[2].weight[:, -2:] = 5.0
    assert measure("specialization", quiet, DATA).metrics["l_violations"] == 0
    assert measure("specialization", loud, DATA).metrics["l_violations"] == pytest.approx(2 / 10)


def test_a_unit_that_never_speaks_correlates_with_nothing():
    student = chain(torch.cat([FIRST, torch.zeros(1, 12)]), torch.cat([LAST, weights(3, 1)], 1))
    found = measure("specialization", student, DATA)
    assert found.curves["student_best"][-1] == 0
    assert found.metrics["recovery_95"] == 1


def test_units_of_the_teacher_that_never_speak_are_not_asked_for():
    silent = chain(torch.cat([torch.zeros(1, 12), FIRST]), torch.cat([weights(3, 1), LAST], 1))
    found = measure("specialization", over_realised(), taught_by(silent))
    assert found.metrics["recovery_95"] == 1
    assert found.curves["teacher_best"][0] is None
    assert found.curves["teacher_best"][1:] == pytest.approx([1] * 4)


def test_deep_students_are_read_depth_by_depth():
    middle, last = weights(6, 4) + 0.5, weights(3, 6)
    data = taught_by(chain(FIRST, middle, last))
    student = chain(FIRST, weights(6, 4), last)
    found = measure("specialization", student, data)
    assert set(found.per_layer) == {"0", "2"}
    assert found.per_layer["0"]["recovery_95"] == 1
    shares = [found.per_layer[name]["recovery_95"] for name in ("0", "2")]
    assert found.metrics["recovery_95"] == pytest.approx((4 * shares[0] + 6 * shares[1]) / 10)
    assert len(found.curves["teacher_best"]) == 10


def test_maps_of_one_size_are_compared_over_examples_and_places():
    teacher = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2)).eval()
    student = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(96, 2)).eval()
    with torch.no_grad():
        student[0].weight[:4], student[0].bias[:4] = 2 * teacher[0].weight, 2 * teacher[0].bias
        student[0].bias[4:] = -9
    inputs = torch.randn(120, 1, 6, 6, generator=torch.Generator().manual_seed(2))
    images = bench.Split(inputs, teacher(inputs).detach())
    shown = {"teacher": lambda x: [teacher[1](teacher[0](x)).detach()]}
    data = bench.TaskData(images, images, "regression", 2, 1, 6, **shown)
    found = measure("specialization", student, data)
    assert found.curves["student_best"] == pytest.approx([1] * 4 + [0] * 2, abs=1e-6)
    larger = bench.TaskData(images, images, "regression", 2, 1, 6, teacher=lambda x: [x])
    with pytest.raises(bench.Unsupported, match="4 by 4 places, but the teacher's have 6 by 6"):
        measure("specialization", student, larger)


def test_a_trace_reads_what_the_measure_reads():
    student = over_realised()
    trace = bench.build("measure", "specialization-trace", epochs=[1])(traced(student, DATA))
    whole = measure("specialization", student, DATA)
    for name, value in trace.metrics.items():
        assert value == whole.metrics[name.removeprefix("traced_")]
    assert trace.curves["teacher_best"] == whole.curves["teacher_best"]
    assert trace.per_layer["0"]["teacher_best_mean"] == whole.per_layer["0"]["teacher_best_mean"]


def test_without_a_teacher_of_equal_depth_there_is_nothing_to_compare():
    none = bench.TaskData(DATA.train, DATA.test, "regression", 3, 12, 1)
    with pytest.raises(bench.Unsupported, match="no teacher"):
        measure("specialization", over_realised(), none)
    deeper = chain(FIRST, weights(5, 4), weights(3, 5))
    with pytest.raises(bench.Unsupported, match="2 hidden layers, but the teacher has 1"):
        measure("specialization", deeper, DATA)
    with pytest.raises(bench.Unsupported, match="no unit of the teacher beside 0 varies"):
        measure("specialization", chain(FIRST, LAST), taught_by(chain(torch.zeros(4, 12), LAST)))


def test_removing_what_has_not_specialised_costs_little_and_chance_much():
    found = measure("specialization-removal", over_realised(), DATA).metrics
    assert (found["removed_units"], found["removed_share"]) == (3, pytest.approx(3 / 11))
    assert abs(found["rise_specialization"]) < 1e-4
    assert found["rise_fan_out"] == found["rise_specialization"]
    assert found["rise_random"] > 1e-2


def test_removal_is_what_the_smaller_network_gives():
    student = over_realised()
    small = chain(student[0].weight[:8].detach(), student[2].weight[:, :8].detach())
    whole, left = (
        measure("specialization", one, DATA).metrics["unexplained_variance"] for one in (student, small)
    )
    found = measure("specialization-removal", student, DATA).metrics["rise_specialization"]
    assert found == pytest.approx(left - whole, abs=1e-9)


def test_a_student_of_specialised_units_alone_loses_nothing():
    found = measure("specialization-removal", chain(FIRST, LAST), DATA).metrics
    assert found["removed_units"] == 0
    assert {value for name, value in found.items() if name.startswith("rise_")} == {0}


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30))
def test_rank_correlation_is_scipys_or_nothing(pairs):
    one, other = np.array(pairs, dtype=float).T
    found = rank_correlation(one, other)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic)
