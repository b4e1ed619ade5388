"""What is said of students over seeds and epochs, on frames whose answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bench
from bench_specialization.analyses import reaching, recovery_epochs

SEEDS = range(6)


def point(epoch, best=(), **layers):
    shares = [(one or 0) >= 0.95 for one in best]
    return {
        "measure": "specialization-trace",
        "epoch": epoch,
        "metrics": {"traced_recovery_95": float(np.mean(shares)) if shares else None},
        "per_layer": {name: {"teacher_best_mean": value} for name, value in layers.items()},
        "curves": {"teacher_best": list(best)},
    }


def record(setting, seed, points=(), pruner="merge", **metrics):
    return {
        "status": "ok",
        "cell": setting,
        "entry": f"{setting}|{pruner}",
        "dense": setting,
        "spec.task": setting,
        "spec.model": "mlp",
        "spec.pruner": pruner,
        "spec.seed": seed,
        "spec.sparsity": 0.5,
        "traces": tuple(points),
        "metrics.units": 20.0,
        **{name if "." in name else f"metrics.{name}": value for name, value in metrics.items()},
    }


def ask(rows, analysis, **params):
    return bench.build("analysis", analysis, **params)(pd.DataFrame(rows))


STRONG_FIRST = [
    point(1, [0.99, 0.6, 0.3, 0.1]),
    point(5, [0.99, 0.96, 0.5, 0.2]),
    point(20, [0.99, 0.99, 0.97, 0.3]),
]


def test_a_unit_is_recovered_at_the_first_epoch_that_reaches_the_threshold():
    assert recovery_epochs(STRONG_FIRST, 0.95).tolist() == [1, 5, 20, np.inf]
    assert recovery_epochs([point(1, [0.99, None, 0.2])], 0.95).tolist() == [1, np.inf]


def test_strong_units_first_is_a_rank_correlation_of_one():
    rows = [record("p1", seed, STRONG_FIRST) for seed in SEEDS]
    assert ask(rows, "recovery-order").value == pytest.approx(1)
    weak = [{**one, "curves": {"teacher_best": one["curves"]["teacher_best"][::-1]}} for one in STRONG_FIRST]
    mixed = rows + [record("p2", seed, weak) for seed in SEEDS]
    said = ask(mixed, "recovery-order", cells="min")
    assert said.value == pytest.approx(-1)
    assert said.details["cell"] == "task=p2"


def test_units_that_are_never_recovered_bound_the_correlation_or_do_not_count():
    rows = [
        record("p1", seed, [point(1, [0.99, 0.1, 0.1, 0.1]), point(2, [0.99, 0.99, 0.1, 0.1])])
        for seed in SEEDS
    ]
    assert ask(rows, "recovery-order").value == pytest.approx((1 - (2**3 - 2) / (4**3 - 4)) ** 0.5)
    assert ask(rows, "recovery-order", never="left-out").value == pytest.approx(1)


def test_units_that_are_recovered_at_one_epoch_have_no_order():
    rows = [record("p1", seed, [point(1, [0.99, 0.99])]) for seed in SEEDS]
    assert ask(rows, "recovery-order").value is None


def test_a_trace_is_read_once_a_network_whatever_was_pruned_of_it():
    rows = [record("p1", 0, STRONG_FIRST, pruner) for pruner in ("merge", "unit-norm")]
    rows.append(record("p1", 1, [point(5, [0.99, 0.2, 0.2, 0.2])]))
    said = ask(rows, "trace-at", epoch=5)
    assert said.value == pytest.approx((0.5 + 0.25) / 2)
    assert said.details["seeds"] == 2
    assert "at epoch 7" in ask(rows, "trace-at", epoch=7).details["reason"]


def test_several_settings_are_refused_where_one_is_asked_for():
    rows = [record(setting, seed, STRONG_FIRST) for setting in ("p1", "p2") for seed in SEEDS]
    with pytest.raises(bench.UserError, match="2 settings: task=p1; task=p2"):
        ask(rows, "trace-at", epoch=5)


def test_layers_reach_a_level_between_epochs_along_a_line():
    points = [point(1, one=0.4, two=0.9, three=0.1), point(3, one=1.0, two=0.9, three=0.2)]
    assert reaching(points, 0.8) == [pytest.approx(1 + 2 * 0.4 / 0.6), 1, np.inf]


def test_the_lowest_layer_first_is_counted_over_networks():
    early = [point(1, one=0.9, two=0.5), point(2, one=0.9, two=0.9)]
    late = [point(1, one=0.5, two=0.9), point(2, one=0.9, two=0.9)]
    never = [point(1, one=0.5, two=0.5)]
    rows = [record("deep", seed, points) for seed, points in enumerate([early, early, late, never])]
    assert ask(rows, "layer-order").value == pytest.approx(0.5)
    assert ask([record("flat", 0, [point(1, one=0.9)])], "layer-order").value is None


def test_order_statistics_are_over_the_seeds_of_a_contestant():
    rows = [record("p1", seed, rise=float(seed)) for seed in SEEDS]
    rows += [record("p2", seed, rise=10.0 * seed) for seed in SEEDS]
    assert ask(rows, "order-statistic", metric="rise", where=["task=p1"]).value == 2.5
    assert ask(rows, "order-statistic", metric="rise", statistic="max", cells="max").value == 50
    said = ask(rows, "order-statistic", metric="rise", statistic="median", cells="max")
    assert (said.value, said.details["cell"]) == (25, "task=p2")
    assert said.low < 25 < said.high


def courses(values):
    return [
        record(
            f"p{p} x{x}", seed, recovery_95=value + 0.01 * seed, units=float(x), **{"spec.task_params.p": p}
        )
        for p, line in values.items()
        for x, value in zip((1, 2, 5), line, strict=True)
        for seed in SEEDS
    ]


def test_a_course_without_a_wrong_step_has_none():
    rows = courses({1.0: (0.3, 0.5, 0.7), 2.0: (0.1, 0.2, 0.3)})
    said = ask(rows, "monotony", within=["task_params.p"])
    assert said.value == pytest.approx(-0.1)
    assert said.low <= said.value <= said.high
    assert said.details["steps"] == 4


def test_the_largest_wrong_step_counts_and_is_named():
    rows = courses({1.0: (0.3, 0.5, 0.7), 2.0: (0.1, 0.3, 0.25)})
    said = ask(rows, "monotony", within=["task_params.p"])
    assert said.value == pytest.approx(0.05)
    assert said.details["at"] == "2, 2 to 2, 5"
    falling = ask(rows, "monotony", along="spec.task_params.p", within=["units"], direction="falling")
    assert falling.value == pytest.approx(-0.2)


def test_a_course_may_be_of_one_group():
    said = ask(courses({1.0: (0.3, 0.5, 0.45)}), "monotony")
    assert said.value == pytest.approx(0.05)
    assert said.details["at"] == "2 to 5"


def test_a_course_of_several_records_at_one_place_is_refused():
    rows = courses({1.0: (0.3, 0.5, 0.7), 2.0: (0.1, 0.3, 0.25)})
    with pytest.raises(bench.UserError, match="several records have one seed"):
        ask(rows, "monotony")
    one = [row for row in rows if row["metrics.units"] == 1]
    assert ask(one, "monotony", within=["task_params.p"]).value is None


def test_recovery_is_drawn_a_line_an_epoch():
    frame = pd.DataFrame([record(p, seed, STRONG_FIRST, units=20.0) for p in ("p1", "p2") for seed in SEEDS])
    figure = bench.build("figure", "recovery-by-unit", col=["task"])(frame)
    panels = figure.axes[:2]
    assert [axes.get_title() for axes in panels] == ["p1", "p2"]
    assert [line.get_ydata().tolist() for line in panels[0].lines] == [
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
    ]


def test_units_are_drawn_by_correlation_and_fan_out():
    frame = pd.DataFrame([record("p1", seed) for seed in (0, 1)])
    frame["curves.student_best"] = [(0.1, 0.99), (0.2, 0.98)]
    frame["curves.fan_out"] = [(0.0, 3.0), (0.1, 2.0)]
    axes = bench.build("figure", "specialization-units")(frame).axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[0.1, 0.0], [0.99, 3.0], [0.2, 0.1], [0.98, 2.0]]


@pytest.mark.parametrize("figure", ["recovery-by-unit", "specialization-units"])
def test_records_without_specialization_make_no_picture(figure):
    frame = pd.DataFrame([record("p1", 0)])
    with pytest.raises(bench.Unsupported, match="no selected record has"):
        bench.build("figure", figure)(frame)
