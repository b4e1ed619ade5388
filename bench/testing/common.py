"""What every component must be, whatever its kind: well described, and built from its defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from packaging.requirements import InvalidRequirement, Requirement

from bench.errors import Unsupported
from bench.registry.components import Component
from bench.registry.parameters import Param, Params
from bench.testing.check import first_line, gates, require, rules

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class Subject(Generic[C]):
    """A component under test, with the parameters that the author gives for the kit."""

    component: C
    given: Params = field(default_factory=dict)

    @property
    def params(self) -> dict[str, Any]:
        """All parameters, the harness's own included where they have defaults."""
        return self.component.resolve(self.given)

    def built(self, settings: Params) -> object:
        """What the component builds from `settings`, and defaults for the rest."""
        return self.component.make(settings)

    def settings(self) -> Iterator[tuple[Param, Params]]:
        """Each value that a declaration lists: choices and switches, one changed at a time."""
        for param in self.component.params:
            values = (True, False) if param.type is bool else param.choices
            for value in () if param.many else values:
                yield param, {**self.given, param.name: value}


def summary_is_one_sentence(subject: Subject[Component]) -> None:
    """The summary is one line of at most 160 characters, as `bench list` shows it."""
    summary = subject.component.summary
    require("\n" not in summary, "the summary has more than one line")
    require(len(summary) <= 160, f"the summary has {len(summary)} characters, more than 160")
    require(summary == summary.strip(), "the summary begins or ends with a blank")


def version_and_source_are_plain(subject: Subject[Component]) -> None:
    """The version is one word and `cite` one line."""
    component = subject.component
    require(len(component.version.split()) == 1, f"the version {component.version!r} is not one word")
    require(isinstance(component.cite, str), f"cite is {type(component.cite).__name__}, not text")
    require("\n" not in component.cite, "cite has more than one line")


def needs_are_requirements(subject: Subject[Component]) -> None:
    """Each of `needs` is a requirement that pip understands."""
    for need in subject.component.needs:
        try:
            Requirement(need)
        except InvalidRequirement as error:
            require(holds=False, sentence=f"needs {need!r} is no requirement: {first_line(error)}")


def parameters_are_explained(subject: Subject[Component]) -> None:
    """Every parameter has a line of help for `bench show`."""
    for param in subject.component.params:
        require(param.help.strip(), f"the parameter '{param.name}' has no help")


def parameters_have_defaults(subject: Subject[Component]) -> None:
    """The component can be used by its name alone."""
    for param in subject.component.params:
        require(
            not param.required or param.name in subject.given,
            f"the parameter '{param.name}' has no default; for the kit, give one in "
            f"conformance_checks(…, params={{'{subject.component.name}': {{'{param.name}': …}}}})",
        )


def every_choice_builds(subject: Subject[Component]) -> None:
    """Every value that a parameter's declaration lists can be built."""
    for param, settings in subject.settings():
        with_value = f"with {param.name} = {settings[param.name]!r}"
        try:
            made = subject.built(settings)
        except Unsupported:
            continue
        except Exception as error:  # noqa: BLE001
            require(holds=False, sentence=f"{with_value} it raised {type(error).__name__}: {error}")
        require(callable(made), f"{with_value} it built {type(made).__name__}, which cannot be called")


def builds_from_its_defaults(subject: Subject[Component]) -> None:
    """`build` takes the resolved parameters and returns something that can be called."""
    made = subject.component.make(subject.given)
    require(callable(made), f"build returned {type(made).__name__}, which cannot be called")


DESCRIPTION = rules(
    summary_is_one_sentence, version_and_source_are_plain, needs_are_requirements, parameters_are_explained
)
COMMON = (
    *DESCRIPTION,
    *gates(parameters_have_defaults, builds_from_its_defaults),
    *rules(every_choice_builds),
)
