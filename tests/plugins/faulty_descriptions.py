"""Components that are described or built wrongly, whatever they then do; pruners stand for all kinds."""

from __future__ import annotations

import bench
from tests.plugins.fault import Fault
from tests.plugins.pruner_pieces import choosing, magnitude, scorer

FAULTS = (
    Fault(
        "breaks on a declared choice",
        bench.Pruner(
            name="x",
            summary="A pruner.",
            build=choosing,
            params=(bench.Param("order", str, "up", "the order", choices=("up", "down")),),
        ),
        ("every-choice-builds", "prunes-with-every-choice"),
        "with order = 'down' it raised KeyError",
    ),
    Fault(
        "needs a parameter",
        scorer(magnitude, params=(bench.Param("rank", int, help="the rank"),)),
        ("parameters-have-defaults",),
        "the parameter 'rank' has no default",
    ),
    Fault(
        "does not build",
        bench.Pruner(name="x", summary="A pruner.", build=lambda _: 1),
        ("builds-from-its-defaults",),
        "build returned int",
    ),
    Fault(
        "explains no parameter",
        scorer(magnitude, params=(bench.Param("rank", int, 1),)),
        ("parameters-are-explained",),
        "the parameter 'rank' has no help",
    ),
    Fault(
        "says too much",
        bench.Pruner(name="x", summary="word " * 40, build=lambda _: magnitude),
        ("summary-is-one-sentence",),
        "more than 160",
    ),
    Fault(
        "has a version of two words",
        scorer(magnitude, version="1 beta"),
        ("version-and-source-are-plain",),
        "is not one word",
    ),
    Fault(
        "needs no requirement",
        scorer(magnitude, needs=("torch>=2.0 or so",)),
        ("needs-are-requirements",),
        "is no requirement",
    ),
)
SOUND = (
    scorer(magnitude, params=(bench.Param("rank", int, 1, "the rank"),), version="2", cite="A paper, 2026"),
)
