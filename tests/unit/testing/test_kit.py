from __future__ import annotations

from collections import Counter
from unittest import SkipTest

import pytest

from bench.errors import Unsupported
from bench.registry.components import KINDS, Pruner
from bench.testing import ConformanceError, NotApplicable, conformance_checks
from bench.testing.check import Course, gates, require, rules
from bench.testing.conformance import RULES, component_checks

AT_LEAST = {"pruner": 20, "parametrization": 10, "model": 6, "task": 6, "objective": 6, "measure": 6}


def holds(subject):
    """It holds."""


def fails(subject):
    """It fails."""
    require(holds=False, sentence="it does not hold")


def declines(subject):
    """It says nothing."""
    raise Unsupported("too small")


def breaks(subject):
    """It breaks."""
    raise KeyError("fc1")


def test_every_kind_has_rules_and_as_many_as_promised():
    assert set(RULES) == {"plugin", *KINDS}
    for kind, count in AT_LEAST.items():
        assert len(RULES[kind]) >= count


@pytest.mark.parametrize("kind", RULES)
def test_names_are_kebab_case_and_unique_and_summaries_are_sentences(kind):
    names = Counter(rule.name for rule in RULES[kind])
    assert names.most_common(1)[0][1] == 1
    for rule in RULES[kind]:
        assert rule.name == rule.name.lower()
        assert "_" not in rule.name
        assert rule.summary.endswith(".")


def test_rules_after_a_failed_gate_wait_and_name_it():
    checks = Course((*gates(fails), *rules(holds)), None).checks("pruner", "x")
    with pytest.raises(ConformanceError, match="it does not hold"):
        checks[0].run()
    with pytest.raises(NotApplicable, match="waits until 'fails' holds"):
        checks[1].run()


def test_rules_after_a_failed_rule_that_is_no_gate_run():
    Course((*rules(fails), *rules(holds)), None).checks("pruner", "x")[1].run()


def test_a_check_that_is_run_alone_runs_the_gates_before_it():
    last = Course((*gates(holds, fails), *rules(holds)), None).checks("pruner", "x")[-1]
    with pytest.raises(NotApplicable, match="waits"):
        last.run()


def test_what_a_component_declines_is_skipped_with_its_reason():
    [check] = Course(rules(declines), None).checks("pruner", "x")
    with pytest.raises(SkipTest, match="unsupported: too small"):
        check.run()


def test_what_a_component_raises_is_its_failure():
    [check] = Course(rules(breaks), None).checks("pruner", "x")
    with pytest.raises(ConformanceError, match="it raised KeyError: 'fc1'"):
        check.run()


def test_a_check_reads_as_a_test_id():
    [check] = Course(rules(holds), None).checks("pruner", "x")
    assert str(check) == "pruner-x-holds"


def test_a_component_whose_needs_are_missing_is_skipped_throughout(catalog):
    lame = Pruner(name="x", summary="A pruner.", build=lambda _: None, needs=("not-there-at-all>=1",))
    for check in component_checks(lame, {}, catalog):
        with pytest.raises(NotApplicable, match="needs not-there-at-all>=1"):
            check.run()


def test_checks_of_one_plugin_can_be_had_alone():
    assert {check.component for check in conformance_checks("prunebench:magnitude")} == {"magnitude", "lamp"}
