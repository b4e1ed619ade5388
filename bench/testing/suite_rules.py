"""What a suite must be: a file that loads, plans trials, and is called what it says."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.claims import questions
from bench.board.suite_figures import sketches
from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.registry.catalog import Catalog
from bench.registry.components import Suite
from bench.suite.load import AnySuite, load_suite
from bench.testing.check import ConformanceError, gates, require, rules
from bench.testing.common import Subject


@dataclass(frozen=True, kw_only=True)
class SuiteCase(Subject[Suite]):
    """A suite and the components that it may name."""

    catalog: Catalog

    def load(self) -> AnySuite:
        """The suite, loaded from its file."""
        try:
            return load_suite(self.component.path, self.catalog)
        except UserError as error:
            raise ConformanceError(error.message) from error


def loads_from_its_file(case: SuiteCase) -> None:
    """The file is there and is a suite of a known schema."""
    case.load()


def is_called_what_it_says(case: SuiteCase) -> None:
    """The name in the file is the component's name."""
    name = case.load().file.name
    require(name == case.component.name, f"the file says '{name}', the plugin '{case.component.name}'")


def plans_its_trials(case: SuiteCase) -> None:
    """Every component that it names is installed, and its grid gives at least one trial."""
    try:
        trials = plan_trials(case.load(), case.catalog)
    except UserError as error:
        raise ConformanceError(error.message) from error
    require(trials, "its grid gives no trial")


def asks_what_can_be_answered(case: SuiteCase) -> None:
    """The analyses of its claims are installed and take the claims' parameters."""
    try:
        for member in case.load().members:
            questions(member, case.catalog)
    except UserError as error:
        raise ConformanceError(error.message) from error


def shows_what_can_be_drawn(case: SuiteCase) -> None:
    """The components of its figures are installed and take the figures' parameters."""
    try:
        for member in case.load().members:
            sketches(member, case.catalog)
    except UserError as error:
        raise ConformanceError(error.message) from error


SUITE = (
    *gates(loads_from_its_file),
    *rules(is_called_what_it_says, plans_its_trials, asks_what_can_be_answered, shows_what_can_be_drawn),
)
