"""Figures with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import warnings

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

import bench
from tests.plugins.fault import Fault


def drawn(frame):
    if frame.empty:
        raise bench.Unsupported("no record")
    canvas = Figure()
    canvas.subplots().plot(frame["spec.sparsity"], frame["metrics.accuracy"])
    return canvas


def figure(draw):
    return bench.Figure(name="x", summary="A figure.", build=lambda _: draw)


def _empty(frame):
    return drawn(frame) if len(frame) else Figure()


def _warning(frame):
    canvas = drawn(frame)
    warnings.warn("it is late", stacklevel=1)
    return canvas


def _renaming(frame):
    canvas = drawn(frame)
    frame["more"] = 1
    return canvas


def _noisy(frame):
    canvas = drawn(frame)
    canvas.axes[0].plot(np.random.default_rng().random(3))
    return canvas


def _open(frame):
    drawn(frame)
    return pyplot.figure()


def _mute(frame):
    if frame.empty:
        raise bench.Unsupported("")
    return drawn(frame)


FAULTS = (
    Fault("returns its axes", figure(lambda frame: drawn(frame).axes), ("draws-a-figure",), "returned list"),
    Fault("warns", figure(_warning), ("draws-a-figure",), "it warned: it is late"),
    Fault("draws no records", figure(_empty), ("says-why-it-draws-nothing",), "of no records it draws"),
    Fault("does not say why", figure(_mute), ("says-why-it-draws-nothing",), "without a reason"),
    Fault("edits the frame", figure(_renaming), ("leaves-its-records-alone",), "it changed the frame"),
    Fault("is not deterministic", figure(_noisy), ("draws-the-same-twice",), "gave two pictures"),
    Fault("leaves a figure open", figure(_open), ("leaves-no-figure-open",), "a figure of pyplot open"),
)
SOUND = (figure(drawn),)
