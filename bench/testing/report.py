"""Runs checks and says what came of each, for `bench plugins check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from bench.testing.check import Check, ConformanceError, NotApplicable

Outcome = Literal["ok", "FAIL", "skip"]


@dataclass(frozen=True)
class Finding:
    """What came of a check; `detail` is the complaint, or the reason why it says nothing."""

    check: str
    kind: str
    component: str
    summary: str
    outcome: Outcome
    detail: str = ""

    def plain(self) -> dict[str, str]:
        """The finding as `bench plugins check --json` prints it."""
        return asdict(self)


def report(checks: Iterable[Check], told: Callable[[Finding], None] = lambda _: None) -> list[Finding]:
    """Run `checks` in order; `told` hears of each as it ends."""
    findings = []
    for check in checks:
        outcome, detail = _run(check)
        findings.append(Finding(check.name, check.kind, check.component, check.summary, outcome, detail))
        told(findings[-1])
    return findings


def _run(check: Check) -> tuple[Outcome, str]:
    try:
        check.run()
    except NotApplicable as reason:
        return "skip", str(reason)
    except ConformanceError as error:
        return "FAIL", str(error)
    return "ok", ""
