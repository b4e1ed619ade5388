"""Gathers the checks of everything that a distribution offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.errors import UserError
from bench.registry.catalog import Catalog, check_needs
from bench.registry.components import Component
from bench.registry.loader import load_plugins
from bench.registry.origin import INLINE_DISTRIBUTION, PluginState, Selection
from bench.registry.parameters import Params
from bench.registry.suggest import did_you_mean
from bench.runner.request import default_data_root
from bench.testing.analysis_rules import ANALYSIS, AnalysisCase
from bench.testing.check import Check, ConformanceError, Course, NotApplicable, Rule, gates, rules
from bench.testing.common import (
    COMMON,
    DESCRIPTION,
    Subject,
    every_choice_builds,
    needs_are_requirements,
    parameters_have_defaults,
)
from bench.testing.executor_rules import EXECUTOR, ExecutorCase
from bench.testing.figure_rules import FIGURE, FigureCase
from bench.testing.measure_rules import MEASURE, MeasureCase
from bench.testing.model_case import ModelCase
from bench.testing.model_rules import MODEL
from bench.testing.objective_rules import OBJECTIVE, ObjectiveCase
from bench.testing.parametrization_rules import PARAMETRIZATION, ParametrizationCase
from bench.testing.plugin_rules import PLUGIN, PluginCase
from bench.testing.pruner_case import PrunerCase
from bench.testing.pruner_conduct import CONDUCT, ISOLATION
from bench.testing.pruner_contract import BUDGET, CONTRACT
from bench.testing.pruner_networks import NETWORKS
from bench.testing.suite_rules import SUITE, SuiteCase
from bench.testing.task_rules import TASK, TaskCase

RULES: Mapping[str, Sequence[Rule[Any]]] = MappingProxyType(
    {
        "plugin": PLUGIN,
        "pruner": (*COMMON, *CONTRACT, *ISOLATION, *BUDGET, *CONDUCT, *NETWORKS),
        "parametrization": (*COMMON, *PARAMETRIZATION),
        "model": (*DESCRIPTION, *gates(parameters_have_defaults), *MODEL, *rules(every_choice_builds)),
        "task": (*COMMON, *TASK),
        "objective": (*COMMON, *OBJECTIVE),
        "measure": (*COMMON, *MEASURE),
        "analysis": (*COMMON, *ANALYSIS),
        "figure": (*COMMON, *FIGURE),
        "suite": (*DESCRIPTION, *SUITE),
        "executor": (*COMMON, *EXECUTOR),
    }
)


def conformance_checks(
    dist: str,
    *,
    params: Mapping[str, Params] | None = None,
    files: Sequence[Path] = (),
) -> list[Check]:
    """The checks of every component that the distribution `dist` offers, and of its plugins.

    Args:
        dist: the distribution's name, as pip knows it; or `distribution:entry` for one plugin.
        params: parameters by component, as NAME or KIND:NAME, for those that have no default.
        files: plugin files to load beside the installed plugins; their distribution is "plugin-file".

    Raises:
        UserError: where no such distribution offers a plugin.
    """
    catalog = load_plugins(Selection(files=tuple(files)), lambda _: None)
    return checks_of(catalog, dist, params or {}, files)


def checks_of(
    catalog: Catalog, dist: str, params: Mapping[str, Params], files: Sequence[Path]
) -> list[Check]:
    """The checks of `dist` in a catalog that is loaded already; otherwise as `conformance_checks`."""
    states = [state for state in catalog.plugins if _is_meant(state, dist)]
    if not states:
        known = {state.origin.distribution for state in catalog.plugins}
        raise UserError(
            f"no plugin is installed from '{dist}'",
            did_you_mean(dist, known) or "no plugin is installed at all: reinstall prunebench",
        )
    by_stem = {path.stem: path for path in files}
    checks: list[Check] = []
    for state in states:
        inline = state.origin.distribution == INLINE_DISTRIBUTION
        case = PluginCase(state, catalog, by_stem.get(state.origin.entry) if inline else None)
        checks += Course(PLUGIN, case).checks("plugin", state.origin.entry)
        for kind, name in state.offered:
            offer = catalog.offers.get((kind, name))
            if offer is not None and offer.origin == state.origin:
                given = params.get(f"{kind}:{name}", params.get(name, {}))
                checks += component_checks(offer.component, given, catalog)
    return checks


def component_checks(component: Component, given: Params, catalog: Catalog) -> list[Check]:
    """The checks of one component.

    Args:
        component: what to check.
        given: the parameters that have no default.
        catalog: where the components that a suite names are looked up.
    """
    course = RULES[component.kind]
    missing = _missing(component)
    if missing:
        return [Check(rule.name, component.kind, component.name, rule.summary, missing) for rule in course]
    return Course(course, _case(component, given, catalog)).checks(component.kind, component.name)


def _case(component: Any, given: Params, catalog: Catalog) -> object:
    makers: dict[str, Callable[[], object]] = {
        "pruner": lambda: PrunerCase(component, given),
        "parametrization": lambda: ParametrizationCase(component, given),
        "model": lambda: ModelCase(component, given),
        "task": lambda: TaskCase(component=component, given=given, root=default_data_root()),
        "objective": lambda: ObjectiveCase(component, given),
        "measure": lambda: MeasureCase(component, given),
        "analysis": lambda: AnalysisCase(component, given),
        "figure": lambda: FigureCase(component, given),
        "suite": lambda: SuiteCase(component=component, given=given, catalog=catalog),
        "executor": lambda: ExecutorCase(component, given),
    }
    return makers[component.kind]()


def _missing(component: Component) -> Callable[[], None] | None:
    """A run that is skipped, where what the component needs is not installed."""
    try:
        needs_are_requirements(Subject(component))
        check_needs(component)
    except ConformanceError:
        return None
    except UserError as error:
        reason = error.message
    else:
        return None

    def skip() -> None:
        raise NotApplicable(reason)

    return skip


def _is_meant(state: PluginState, dist: str) -> bool:
    wanted = _canonical(dist)
    return wanted in (_canonical(state.origin.distribution), _canonical(state.origin.plugin))


def _canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
