"""Each faulty component is caught by the checks meant for its fault, and by no other."""

from __future__ import annotations

import pytest

from bench.testing import report
from bench.testing.common import COMMON
from bench.testing.conformance import RULES, component_checks
from tests.plugins import (
    faulty_analyses,
    faulty_descriptions,
    faulty_executors,
    faulty_figures,
    faulty_measures,
    faulty_models,
    faulty_objectives,
    faulty_parametrizations,
    faulty_pruners,
    faulty_rewriters,
    faulty_tasks,
)

MODULES = (
    faulty_descriptions,
    faulty_pruners,
    faulty_rewriters,
    faulty_parametrizations,
    faulty_models,
    faulty_tasks,
    faulty_objectives,
    faulty_measures,
    faulty_analyses,
    faulty_figures,
    faulty_executors,
)

FAULTS = tuple(fault for module in MODULES for fault in module.FAULTS)
SOUND = tuple(component for module in MODULES for component in module.SOUND)
MEANT_FOR_OTHERS = {
    "pruner": {
        "keeps-exactly-what-it-is-told",
        "gives-values-only-where-it-keeps",
        "rewrites-into-a-finite-network",
        "recipe-keys-are-known",
        "prunes-a-single-layer",
    },
    "parametrization": {"keeps-shared-weights"},
    "objective": {
        "has-the-slopes-of-its-rows",
        "treats-banks-like-networks",
        "prefers-right-answers",
        "declares-its-teacher",
    },
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.component.kind}-{fault.label}")
def test_a_fault_is_caught_by_the_checks_meant_for_it(fault, catalog):
    failed = [
        finding
        for finding in report(component_checks(fault.component, {}, catalog))
        if finding.outcome == "FAIL"
    ]
    assert tuple(finding.check for finding in failed) == fault.checks
    assert fault.sees in failed[0].detail


@pytest.mark.parametrize("component", SOUND, ids=lambda component: f"{component.kind}-{component.name}")
def test_the_same_component_without_a_fault_passes(component, catalog):
    findings = report(component_checks(component, {}, catalog))
    assert [finding.detail for finding in findings if finding.outcome == "FAIL"] == []
    skipped = {finding.check for finding in findings if finding.outcome != "ok"}
    assert skipped <= MEANT_FOR_OTHERS.get(component.kind, set())


def test_no_two_faults_of_a_kind_have_one_label():
    labels = [(fault.component.kind, fault.label) for fault in FAULTS]
    assert len(set(labels)) == len(labels)


def test_every_check_is_failed_by_a_fault():
    caught = {(fault.component.kind, name) for fault in FAULTS for name in fault.checks}
    described = {name for _, name in caught} & {rule.name for rule in COMMON}
    missing = [
        f"{kind}: {rule.name}"
        for kind, course in RULES.items()
        for rule in course
        if kind != "plugin" and (kind, rule.name) not in caught and rule.name not in described
    ]
    assert missing == []
