"""The hooks of prunebench.

A plugin is a module that an entry point of the group `prunebench` names:

    [project.entry-points.prunebench]
    acme = "bench_acme"

It marks functions with `bench.hookimpl`. Registry hooks return an iterable of components; observers
are told what happens. Keep the module light: import torch inside what `build` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
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

PROJECT = "prunebench"
hookimpl = pluggy.HookimplMarker(PROJECT)
_spec = pluggy.HookspecMarker(PROJECT)


@_spec
def bench_pruners() -> Iterable[Pruner]:  # type: ignore[empty-body]
    """Offer methods that rank weights or units, or that sparsify matrices."""


@_spec
def bench_parametrizations() -> Iterable[Parametrization]:  # type: ignore[empty-body]
    """Offer ways to re-express a model's weights."""


@_spec
def bench_models() -> Iterable[Model]:  # type: ignore[empty-body]
    """Offer network architectures."""


@_spec
def bench_tasks() -> Iterable[Task]:  # type: ignore[empty-body]
    """Offer data sets, real or synthetic."""


@_spec
def bench_objectives() -> Iterable[Objective]:  # type: ignore[empty-body]
    """Offer training losses and penalties."""


@_spec
def bench_measures() -> Iterable[Measure]:  # type: ignore[empty-body]
    """Offer numbers that can be read off a model."""


@_spec
def bench_analyses() -> Iterable[Analysis]:  # type: ignore[empty-body]
    """Offer statements that can be computed over many records."""


@_spec
def bench_figures() -> Iterable[Figure]:  # type: ignore[empty-body]
    """Offer pictures that can be drawn of many records."""


@_spec
def bench_suites() -> Iterable[Suite]:  # type: ignore[empty-body]
    """Offer suite files."""


@_spec
def bench_executors() -> Iterable[Executor]:  # type: ignore[empty-body]
    """Offer places where trials can run."""


@_spec
def bench_trial_started(trial_id: str, spec: Mapping[str, Any]) -> None:
    """Be told that a trial begins.

    :param trial_id: the trial's content hash.
    :param spec: its fully resolved spec, as in the record; read only.
    """


@_spec
def bench_trial_finished(record: Mapping[str, Any]) -> None:
    """Be told that a trial ended, well or not.

    :param record: the record that was stored; read only.
    """


REGISTRY_HOOKS: Mapping[str, str] = {
    "bench_pruners": "pruner",
    "bench_parametrizations": "parametrization",
    "bench_models": "model",
    "bench_tasks": "task",
    "bench_objectives": "objective",
    "bench_measures": "measure",
    "bench_analyses": "analysis",
    "bench_figures": "figure",
    "bench_suites": "suite",
    "bench_executors": "executor",
}
OBSERVER_HOOKS = ("bench_trial_started", "bench_trial_finished")
