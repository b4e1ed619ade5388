"""prunebench: a plugin-based benchmark suite for neural-network pruning.

What a plugin author imports; `import bench` alone imports neither torch nor pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench.errors import TrialFault, Unsupported, UserError
from bench.registry.components import (
    Analysis,
    Executor,
    Figure,
    Measure,
    Model,
    Objective,
    Parametrization,
    Pruner,
    Suite,
    Task,
)
from bench.registry.contracts import (
    Analysed,
    AnalysisFunction,
    BankStep,
    DataRequest,
    Evaluation,
    FigureFunction,
    Layer,
    LoadTask,
    Measured,
    MeasureFunction,
    MeasureInput,
    ObjectiveFunction,
    ObjectiveInput,
    PruneInput,
    Reparametrize,
    Scorer,
    Sparsified,
    Sparsifier,
    Split,
    TaskData,
)
from bench.registry.executing import ExecutorFunction, Piece, Workload
from bench.registry.hookspecs import hookimpl
from bench.registry.parameters import REQUIRED, Param, Params
from bench.registry.rewriting import Scored
from bench.registry.suite_files import suites_in
from bench.registry.tracing import TraceFunction, TraceInput

if TYPE_CHECKING:
    from bench import analysis, data, linalg, measure, structure, testing
    from bench.api import build, load_suite, run
    from bench.engine.fold import plain_copy
    from bench.runner.piecework import work_on

_LATE = {
    "build": "bench.api",
    "load_suite": "bench.api",
    "plain_copy": "bench.engine.fold",
    "run": "bench.api",
    "work_on": "bench.runner.piecework",
}
_ROOMS = ("analysis", "data", "linalg", "measure", "structure", "testing")

__all__ = [
    "REQUIRED",
    "Analysed",
    "Analysis",
    "AnalysisFunction",
    "BankStep",
    "DataRequest",
    "Evaluation",
    "Executor",
    "ExecutorFunction",
    "Figure",
    "FigureFunction",
    "Layer",
    "LoadTask",
    "Measure",
    "MeasureFunction",
    "MeasureInput",
    "Measured",
    "Model",
    "Objective",
    "ObjectiveFunction",
    "ObjectiveInput",
    "Param",
    "Parametrization",
    "Params",
    "Piece",
    "PruneInput",
    "Pruner",
    "Reparametrize",
    "Scored",
    "Scorer",
    "Sparsified",
    "Sparsifier",
    "Split",
    "Suite",
    "Task",
    "TaskData",
    "TraceFunction",
    "TraceInput",
    "TrialFault",
    "Unsupported",
    "UserError",
    "Workload",
    "analysis",
    "build",
    "data",
    "hookimpl",
    "linalg",
    "load_suite",
    "measure",
    "plain_copy",
    "run",
    "structure",
    "suites_in",
    "testing",
    "work_on",
]


def __getattr__(name: str) -> Any:
    """Import what needs torch or pandas on first use."""
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    if name in _ROOMS:
        return import_module(f"bench.{name}")
    raise AttributeError(f"module 'bench' has no attribute {name!r}")
