"""The figures `transition-points` and `transition-curves`, on frames whose transition points are known."""

from __future__ import annotations

import numpy as np
import pytest

import bench
from bench import Unsupported
from tests.plugins.transitions import frame_of, runs


def draw(frame, figure, **params):
    return bench.build("figure", figure, **params)(frame)


def students(*heights, parametrization="spectral", late=0):
    return [
        one
        for height in heights
        for one in runs(
            "t",
            [20 + late] * 6,
            height=height,
            parametrization=parametrization,
            **{"model_params.hidden": f"[{height},20]"},
        )
    ]


def teachers(*sizes):
    return [
        one
        for size in sizes
        for one in runs(
            "t",
            [size] * 6,
            teacher=size,
            parametrization="spectral",
            **{"task_params.hidden": f"[{size},20]"},
        )
    ]


def test_points_lie_at_the_medians_of_each_label_over_the_students_heights():
    frame = frame_of(students(50, 100), students(50, 100, parametrization="direct", late=3))
    [axes] = draw(frame, "transition-points", x="units").axes
    assert {line.get_label(): line.get_ydata().tolist() for line in axes.lines} == {
        "spectral": [20, 20],
        "direct": [23, 23],
    }
    assert axes.lines[0].get_xdata() == pytest.approx([50, 100], rel=0.05)


def test_over_teachers_points_lie_on_the_diagonal_that_is_drawn():
    [axes] = draw(frame_of(teachers(5, 10, 15)), "transition-points").axes
    points, diagonal = axes.lines
    assert points.get_ydata().tolist() == [5, 10, 15]
    assert points.get_xdata() == pytest.approx([5, 10, 15])
    assert np.array_equal(diagonal.get_xdata(), diagonal.get_ydata())


def test_curves_have_a_panel_a_height_with_the_transition_and_the_teachers_size():
    panels = draw(frame_of(students(40, 60, late=2)), "transition-curves").axes
    assert [axes.get_title() for axes in panels] == ["$h$ = 40", "$h$ = 60"]
    for axes, height in zip(panels, (40, 60), strict=True):
        curve, transition, teacher = axes.lines
        assert curve.get_xdata().tolist() == list(range(height + 1))
        assert curve.get_ydata()[0] > curve.get_ydata()[22] == pytest.approx(1e-2)
        assert transition.get_xdata() == [22, 22]
        assert teacher.get_xdata() == [20, 20]


def test_only_runs_that_count_are_drawn():
    frame = frame_of(runs("t", [20] * 6, floor=1e-2))
    with pytest.raises(Unsupported, match="no selected run has a transition point"):
        draw(frame, "transition-curves", max_floor=1e-3, hue=["pruner"])


def test_where_no_record_fits_the_reason_is_said():
    with pytest.raises(Unsupported, match="no record has pruner=random"):
        draw(frame_of(students(50)), "transition-points", where=["pruner=random"])
