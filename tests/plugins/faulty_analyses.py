"""Analyses and suites with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import bench
from tests.plugins.fault import Fault


def analysis(state):
    return bench.Analysis(name="x", summary="An analysis.", build=lambda _: state)


def _renaming(frame):
    frame["more"] = 1
    return bench.Analysed(None)


DIGITS = Path(bench.__file__).parents[1] / "suites" / "digits.toml"
LOST = Path(__file__).parent / "data" / "lost.toml"
UNDRAWN = Path(__file__).parent / "data" / "undrawn.toml"
UNASKED = Path(__file__).parent / "data" / "unasked.toml"

FAULTS = (
    Fault(
        "is called otherwise in its file",
        bench.Suite(name="numbers", summary="A suite.", path=DIGITS, build=lambda _: DIGITS),
        ("is-called-what-it-says",),
        "the file says 'digits', the plugin 'numbers'",
    ),
    Fault(
        "names a model that nobody offers",
        bench.Suite.at(LOST, "A suite."),
        ("plans-its-trials",),
        "unknown model 'nowhere-net'",
    ),
    Fault(
        "claims by an analysis that nobody offers",
        bench.Suite.at(UNASKED, "A suite."),
        ("asks-what-can-be-answered",),
        "unknown analysis 'crystal-ball'",
    ),
    Fault(
        "shows a figure that nobody offers",
        bench.Suite.at(UNDRAWN, "A suite."),
        ("shows-what-can-be-drawn",),
        "unknown figure 'crystal-ball'",
    ),
    Fault(
        "states something of nothing",
        analysis(lambda frame: bench.Analysed(0.0)),
        ("states-nothing-of-no-records",),
        "of no records it says 0.0",
    ),
    Fault(
        "breaks on no records",
        analysis(lambda frame: bench.Analysed(frame["spec.seed"].iloc[0])),
        ("states-nothing-of-no-records",),
        "IndexError",
    ),
    Fault(
        "gives details of NaN",
        analysis(lambda frame: bench.Analysed(None, details={"slope": float("nan")})),
        ("gives-plain-numbers",),
        "slope is nan",
    ),
    Fault("edits the frame", analysis(_renaming), ("leaves-the-frame-alone",), "it changed the frame"),
    Fault(
        "is not deterministic",
        analysis(
            lambda frame: bench.Analysed(None, details={"draw": float(np.random.default_rng().random())})
        ),
        ("repeats-itself",),
        "gave two statements",
    ),
    Fault(
        "has no file",
        bench.Suite.at(Path("nowhere.toml"), "A suite."),
        ("loads-from-its-file",),
        "nowhere.toml",
    ),
)
SOUND = (
    bench.Suite.at(DIGITS, "A suite."),
    analysis(lambda frame: bench.Analysed(None)),
)
