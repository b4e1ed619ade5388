"""The figure `wins`: shares of pairs, their intervals, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import binomtest

from bench.board.images import paper_style
from bench.errors import Unsupported, UserError
from bench.testing.figure_frame import figure_frame

BOTH = ["pruner=magnitude,random"]


@pytest.fixture
def frame():
    """Three seeds at two sparsities; at .5 `random` is nearer in two of three, at .9 in none, once equal."""
    frame = figure_frame().query("`spec.model` == 'mlp'").copy()
    magnitude = frame["spec.pruner"] == "magnitude"
    frame["metrics.spectral_error"] = 0.5
    near = (frame["spec.pruner"] == "random") & (frame["spec.sparsity"] == 0.5) & (frame["spec.seed"] < 2)
    frame.loc[near, "metrics.spectral_error"] = 0.4
    frame.loc[
        magnitude & (frame["spec.sparsity"] == 0.9) & (frame["spec.seed"] > 0), "metrics.spectral_error"
    ] = 0.3
    return frame


@pytest.fixture
def draw(catalog):
    def drawn(frame, **params):
        with paper_style():
            return catalog.get("figure", "wins").make(params)(frame)

    return drawn


def test_a_line_is_the_share_of_pairs_won_with_wilsons_interval(draw, frame):
    [axes] = draw(frame, where=BOTH).axes
    line = axes.lines[0]
    assert list(line.get_xdata()) == [0.5, 0.9]
    assert list(line.get_ydata()) == [pytest.approx(2 / 3), 0.0]
    interval = binomtest(2, 3).proportion_ci(method="wilson")
    [bars] = axes.collections
    assert bars.get_segments()[0][:, 1] == pytest.approx([interval.low, interval.high])
    assert axes.lines[1].get_ydata() == [0.5, 0.5]


def test_a_tie_is_no_win_whichever_way_is_better(draw, frame):
    [axes] = draw(frame, where=BOTH, better="higher").axes
    assert list(axes.lines[0].get_ydata()) == [0.0, pytest.approx(2 / 3)]


def test_layers_are_pairs_of_their_own(draw, frame):
    errors = {"magnitude": (0.5, 0.5), "random": (0.4, 0.6)}
    frame = frame[frame["spec.pruner"].isin(errors)].copy()
    frame["per_layer"] = [
        [{"name": name, "spectral_error": error} for name, error in zip("ab", errors[pruner], strict=True)]
        for pruner in frame["spec.pruner"]
    ]
    [axes] = draw(frame, layers=True).axes
    assert list(axes.lines[0].get_ydata()) == [0.5, 0.5]


def test_the_one_to_beat_must_be_one(draw, frame):
    twice = frame[frame["spec.pruner"] == "magnitude"].assign(entry="other")
    frame = pd.concat([frame, twice])
    with pytest.raises(UserError, match="several contestants of a cell"):
        draw(frame)


def test_nobody_to_beat_is_said(draw, frame):
    with pytest.raises(Unsupported, match="other"):
        draw(frame, other=["pruner=none"])
    with pytest.raises(Unsupported, match="no pair"):
        draw(frame, where=["pruner=magnitude"])
