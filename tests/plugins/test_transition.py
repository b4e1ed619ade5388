"""The analyses `transition` and `collapse`, on frames whose transition points are known."""

from __future__ import annotations

import numpy as np
import pytest

import bench
from tests.plugins.transitions import frame_of, row, runs, step

EXACT = [20] * 8


def ask(frame, analysis="transition", **params):
    return bench.build("analysis", analysis, **params)(frame)


def cells():
    return frame_of(
        runs("h50", [20, 20, 20, 20, 19, 21, 20, 20]),
        runs("h100", [22, 22, 23, 22, 21, 22, 26, 22], height=100),
    )


def test_the_median_is_that_of_transition_points_from_the_teachers_size():
    said = ask(frame_of(runs("h50", [20, 21, 22, 25, 24, 23, 22, 22])))
    assert said.value == 2
    assert said.low <= 2 <= said.high
    assert said.details["seeds"] == said.details["counted"] == 8


@pytest.mark.parametrize("teacher", [4, 11, 30])
def test_no_teachers_size_is_special(teacher):
    frame = frame_of(runs("t", [teacher] * 6, height=3 * teacher, teacher=teacher))
    assert ask(frame).value == 0
    assert ask(frame, report="share", within=0.0).value == 1
    assert ask(frame, report="relative").value == 1


def test_seeds_that_agree_make_an_interval_of_no_width():
    said = ask(frame_of(runs("h50", EXACT)))
    assert (said.value, said.low, said.high) == (0, 0, 0)


def test_below_five_seeds_there_is_no_interval():
    said = ask(frame_of(runs("h50", EXACT[:4])))
    assert (said.value, said.low, said.high) == (0, None, None)


@pytest.mark.parametrize(
    ("report", "pick", "value", "cell"),
    [
        ("median", "max", 2, "h100"),
        ("median", "min", 0, "h50"),
        ("error", "max", 2, "h100"),
        ("relative", "max", 1.1, "h100"),
        ("share", "min", 0.75, "h100"),
        ("share", "max", 1, "h50"),
    ],
)
def test_of_several_cells_the_chosen_one_counts(report, pick, value, cell):
    said = ask(cells(), report=report, cells=pick)
    assert said.value == pytest.approx(value)
    assert cell in said.details["cell"]
    assert said.low <= said.value <= said.high


def test_several_contestants_must_be_told_apart_or_chosen_from():
    with pytest.raises(bench.UserError, match="2 contestants"):
        ask(cells())


def test_the_slope_on_height_is_that_of_least_squares():
    frame = frame_of(*(runs(f"h{h}", [20 + h // 10] * 6, height=h) for h in (50, 100, 200)))
    said = ask(frame, report="slope")
    assert said.value == pytest.approx(0.1)
    assert said.low == pytest.approx(0.1)
    flat = frame_of(*(runs(f"h{h}", [19, 20, 21, 20, 20], height=h) for h in (50, 100)))
    assert ask(flat, report="slope").value == pytest.approx(0, abs=1e-12)


def test_a_slope_is_of_distances_from_each_teachers_size():
    parts = [runs(f"t{t}", [t + 1] * 5, height=h, teacher=t) for t, h in ((5, 30), (10, 60), (20, 90))]
    assert ask(frame_of(*parts), report="slope").value == pytest.approx(0, abs=1e-12)


def test_a_slope_is_of_one_contestant_at_each_height():
    frame = frame_of(runs("h50", EXACT), runs("h50", EXACT, pruner="other"), runs("h100", EXACT, height=100))
    with pytest.raises(bench.UserError, match="same numbers of units"):
        ask(frame, report="slope")


def test_one_height_has_no_slope():
    said = ask(frame_of(runs("h50", EXACT)), report="slope")
    assert said.value is None
    assert "no two heights" in said.details["reason"]


def test_depth_and_rest_are_quotients_of_errors():
    frame = frame_of([row("c", seed, step(50, 24, drop=0.1)) for seed in range(6)])
    assert ask(frame, report="depth").value == pytest.approx(10**0.5)
    assert ask(frame, report="rest").value == pytest.approx(1)
    short = frame_of([row("c", seed, step(22, 21)) for seed in range(6)])
    assert ask(short, report="rest").value is None


def test_runs_without_a_plateau_do_not_count():
    said = ask(frame_of(runs("h20", EXACT, height=20)))
    assert said.value is None
    assert said.details["no_plateau"] == 8


def test_a_contestant_without_a_plateau_is_left_out_of_several():
    frame = frame_of(runs("h20", EXACT, height=20), runs("h50", EXACT), runs("h60", [22] * 8, height=60))
    said = ask(frame, cells="max")
    assert (said.value, said.details["cells"], said.details["no_plateau"]) == (2, 2, 8)
    assert ask(frame, report="slope").value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("limit", "unit", "counted"), [(0.018, "mse", 5), (0.006, "variance", 5), (0.01, "variance", 8)]
)
def test_over_pruned_runs_do_not_count(limit, unit, counted):
    frame = frame_of(
        runs("h50", EXACT[:5]), [row("h50", seed, step(50, 12, floor=0.025)) for seed in (5, 6, 7)]
    )
    said = ask(frame, max_floor=limit, floor_of=unit)
    assert said.details["counted"] == counted
    assert said.details["over_pruned"] == 8 - counted
    assert said.value == 0


def test_a_cell_in_which_no_run_counts_leaves_nothing_to_say_of_all():
    frame = frame_of(runs("h50", EXACT), runs("h100", EXACT, height=100, floor=0.05))
    said = ask(frame, max_floor=0.018, report="share", cells="min")
    assert said.value is None
    assert "h100" in said.details["reason"]


def test_curves_without_numbers_are_counted_as_undefined():
    frame = frame_of(runs("h50", EXACT), [row("h50", 8, [None] * 51), row("h50", 9, [0.1] * 51)])
    said = ask(frame)
    assert (said.value, said.details["counted"], said.details["undefined"]) == (0, 8, 2)


def test_a_difference_is_of_the_medians_of_two_sides():
    frame = frame_of(runs("h50", [24] * 6, pruner="one"), runs("h50", [21] * 6, pruner="other"))
    sides = {"one": ["pruner=one"], "other": ["pruner=other"]}
    said = ask(frame, **sides)
    assert (said.value, said.low, said.high) == (3, 3, 3)
    turned = {"one": sides["other"], "other": sides["one"]}
    assert ask(frame, **turned).value == -3
    assert ask(frame, report="error", **turned).value == 3


def test_two_sides_meet_in_each_cell():
    frame = frame_of(
        *(runs(f"h{h}", [20 + h // 50] * 6, height=h, pruner="one") for h in (50, 100)),
        *(runs(f"h{h}", EXACT, height=h, pruner="other") for h in (50, 100, 200)),
    )
    sides = {"one": ["pruner=one"], "other": ["pruner=other"]}
    assert ask(frame, report="error", cells="max", **sides).value == 2
    with pytest.raises(bench.UserError, match="2 cells"):
        ask(frame, **sides)


@pytest.mark.parametrize(
    ("one", "other", "report", "message"),
    [
        (["pruner=a"], ["pruner=a"], "median", "same contestant"),
        (["task=h50"], ["pruner=b"], "median", "several contestants"),
        (["pruner=a"], ["pruner=b"], "share", "not of two sides"),
    ],
)
def test_sides_that_are_not_two_are_refused(one, other, report, message):
    frame = frame_of(runs("h50", EXACT, pruner="a"), runs("h50", EXACT, pruner="b"))
    with pytest.raises(bench.UserError, match=message):
        ask(frame, one=one, other=other, report=report)


def test_conditions_reach_metrics():
    frame = cells()
    assert ask(frame, where=["metrics.units>=100"]).value == 2
    assert ask(frame, where=["metrics.units<100", "metrics.teacher_units<=20"]).value == 0
    assert ask(frame, where=["metrics.units>100"]).value is None


def test_a_frame_without_the_curve_is_an_error():
    frame = cells().drop(columns="curves.mse_by_units")
    with pytest.raises(bench.UserError, match="mse_by_units"):
        ask(frame, cells="max")


def test_several_sparsities_are_an_error():
    frame = frame_of(runs("h50", EXACT), runs("h50", EXACT, sparsity=0.9))
    with pytest.raises(bench.UserError, match="2 sparsities"):
        ask(frame)


def exponential(cell, rate, height, seeds=6, teacher=20, **spec):
    x = np.arange(teacher + 1) / teacher - 1
    falls = (0.01 * (1 + 50 * (np.exp(-rate * x) - 1))).tolist()
    return [row(cell, seed, falls + [0.01] * (height - teacher), teacher, **spec) for seed in range(seeds)]


def test_curves_that_are_one_collapse_at_their_rate():
    frame = frame_of(exponential("h50", 8.0, 50), exponential("h100", 8.0, 100))
    said = ask(frame, "collapse")
    assert said.value == pytest.approx(8.0, rel=1e-4)
    assert said.details["spread"] == pytest.approx(0, abs=1e-9)
    assert said.details["b_h50"] == pytest.approx(said.details["b_h100"])


def test_curves_that_differ_do_not_collapse():
    frame = frame_of(exponential("h50", 6.0, 50), exponential("h100", 9.0, 100))
    said = ask(frame, "collapse")
    assert said.details["spread"] == pytest.approx(0.75 * 3 / np.log(10), rel=0.1)
    assert (said.details["b_h50"], said.details["b_h100"]) == pytest.approx((6.0, 9.0), rel=1e-4)


def test_teachers_of_other_sizes_have_rates_of_their_own():
    frame = frame_of(exponential("a", 8.0, 50), exponential("b", 5.0, 50, teacher=10))
    details = ask(frame, "collapse").details
    assert details["b_h50_teacher10"] == pytest.approx(5.0, rel=1e-4)
    assert details["spread"] is None


def test_the_resolution_reads_the_variance_of_each_run():
    rows = [
        row("h50", seed, step(50, 24), variance=variance) for seed, variance in enumerate([10.0, 1e4] * 3)
    ]
    assert ask(frame_of(rows), estimator="resolution", share=1e-3).value == pytest.approx((4 - 2) / 2)
    finer = ask(frame_of(rows), estimator="resolution", share=1e-4)
    assert (finer.value, finer.details["undefined"]) == (0, 3)
