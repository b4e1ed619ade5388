from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.analysis import trace_change


def points(*values, measure="sv-trace"):
    return tuple(
        {"measure": measure, "epoch": epoch, "metrics": {}, "per_layer": {"a": {"sv_1": x, "sv_2": y}}}
        for epoch, (x, y) in values
    )


def frame_of(*traces, dense=None):
    return pd.DataFrame(
        {
            "status": "ok",
            "spec.model": "m",
            "dense": dense or [str(place) for place in range(len(traces))],
            "traces": list(traces),
        }
    )


FALLING = points((0, (3.0, 0.0)), (1, (3.0, 4.0)), (3, (3.0, 4.5)), (4, (3.0, 4.6)))


def test_the_change_by_hand_is_the_first_rate_over_the_last():
    first, last = 4 / 5, 0.1 / np.hypot(3, 4.6)
    found = trace_change(frame_of(FALLING), measure="sv-trace", where=[])
    assert found.value == pytest.approx(first / last)
    assert (found.low, found.high) == (None, None)
    assert found.details == pytest.approx({"networks": 1, "first": first, "last": last})


def test_a_rate_is_an_epochs_where_epochs_are_left_out():
    wide = points((0, (1.0, 0.0)), (2, (2.0, 0.0)), (6, (4.0, 0.0)))
    assert trace_change(frame_of(wide), measure="sv-trace", where=[]).value == pytest.approx(0.25 / 0.125)


def test_networks_count_once_and_the_interval_is_of_logarithms():
    others = [points((0, (1.0, 0.0)), (1, (2.0, 0.0)), (2, (2.0 + step, 0.0))) for step in (0.1, 0.2, 0.4)]
    frame = frame_of(others[0], *others, dense=["0", "0", "1", "2"])
    found = trace_change(frame, measure="sv-trace", where=["model=m"])
    logs = np.log([0.5 * (2 + step) / step for step in (0.1, 0.2, 0.4)])
    low, high = stats.t.interval(0.95, 2, logs.mean(), stats.sem(logs))
    assert found.details["networks"] == 3
    assert (found.value, found.low, found.high) == pytest.approx(tuple(np.exp([logs.mean(), low, high])))


@pytest.mark.parametrize(
    "trace", [(), FALLING[:2], points((0, (1.0, 1.0)), (1, (2.0, 2.0)), (2, (2.0, 2.0)))]
)
def test_without_three_points_or_a_change_there_is_no_value_and_a_reason(trace):
    found = trace_change(frame_of(trace), measure="sv-trace", where=[])
    assert found.value is None
    assert found.details["reason"]


def test_another_measures_trace_does_not_count():
    assert trace_change(frame_of(FALLING), measure="other", where=[]).value is None
