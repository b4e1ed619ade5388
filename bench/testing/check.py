"""A check: a name, a sentence, and a function that raises where the sentence does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar
from unittest import SkipTest

from bench.engine.guard import Watch
from bench.errors import TrialFault, Unsupported

S = TypeVar("S")


class ConformanceError(AssertionError):
    """A component does not do what its kind promises; the message is a sentence for its author."""


class NotApplicable(SkipTest):
    """A check that says nothing about this component; the message is the reason."""


@dataclass(frozen=True)
class Check:
    """One check of one component, or of a plugin as a whole.

    Args:
        name: stable, in kebab case, such as "prunes-ties-exactly".
        kind: the component's kind, or "plugin".
        component: the component's name, or the plugin's.
        summary: what holds where the check passes.
        run: raises `ConformanceError` where it does not, `NotApplicable` where it says nothing.
    """

    name: str
    kind: str
    component: str
    summary: str
    run: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.kind}-{self.component}-{self.name}"


@dataclass(frozen=True)
class Rule(Generic[S]):
    """A check before it knows its component; those after a `gate` wait until the gate has passed."""

    name: str
    summary: str
    test: Callable[[S], None]
    gate: bool = False


def rules(*tests: Callable[[S], None]) -> tuple[Rule[S], ...]:
    """Rules named after their functions; the first line of a docstring is the summary."""
    return tuple(
        Rule(test.__name__.replace("_", "-"), (test.__doc__ or "").strip().splitlines()[0], test)
        for test in tests
    )


def gates(*tests: Callable[[S], None]) -> tuple[Rule[S], ...]:
    """Rules without which later ones would only repeat the complaint."""
    return tuple(replace(rule, gate=True) for rule in rules(*tests))


def require(holds: object, sentence: str) -> None:
    """Raise `ConformanceError` with `sentence` unless something holds."""
    if not holds:
        raise ConformanceError(sentence)


class Course(Generic[S]):
    """Runs the rules of one component, each once, and lets those after a failed gate wait.

    So one fault is reported once, by the check that is meant for it.
    """

    def __init__(self, course: Sequence[Rule[S]], subject: S) -> None:
        self._rules = course
        self._subject = subject
        self._outcomes: dict[str, Exception | None] = {}

    def checks(self, kind: str, component: str) -> list[Check]:
        """The rules as checks of `component`."""
        return [
            Check(rule.name, kind, component, rule.summary, partial(self._run, position))
            for position, rule in enumerate(self._rules)
        ]

    def _run(self, position: int) -> None:
        for earlier in range(position):
            gate = self._rules[earlier]
            if gate.gate and isinstance(self._outcome(earlier), ConformanceError):
                raise NotApplicable(f"waits until '{gate.name}' holds")
        outcome = self._outcome(position)
        if outcome is not None:
            raise outcome

    def _outcome(self, position: int) -> Exception | None:
        rule = self._rules[position]
        if rule.name not in self._outcomes:
            waits = any(
                earlier.gate and isinstance(self._outcomes.get(earlier.name), ConformanceError)
                for earlier in self._rules[:position]
            )
            self._outcomes[rule.name] = NotApplicable("waits") if waits else self._try(rule)
        return self._outcomes[rule.name]

    def _try(self, rule: Rule[S]) -> Exception | None:
        """What the rule raised; settings of torch that a component changed are put back."""
        watch = Watch({}, {})
        try:
            return self._raised(rule)
        finally:
            watch.settle()

    def _raised(self, rule: Rule[S]) -> Exception | None:
        try:
            rule.test(self._subject)
        except (ConformanceError, NotApplicable) as error:
            return error
        except Unsupported as error:
            return NotApplicable(f"unsupported: {error.reason}")
        except TrialFault as error:
            return _chained(str(error), error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises is its fault
            return _chained(f"it raised {type(error).__name__}: {first_line(error)}", error)
        return None


def first_line(error: BaseException) -> str:
    """The first line of an error's message."""
    return next(iter(str(error).strip().splitlines()), "no message")


def names(checks: Iterable[Check]) -> list[str]:
    """The checks' names."""
    return [check.name for check in checks]


def _chained(message: str, cause: BaseException) -> ConformanceError:
    error = ConformanceError(message)
    error.__cause__ = cause
    return error
