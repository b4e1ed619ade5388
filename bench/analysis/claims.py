"""Claims: what a suite's sources say, beside what the records give."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.verdict import holds
from bench.engine.blame import blamed
from bench.errors import TrialFault, Unsupported, UserError
from bench.registry.catalog import Catalog
from bench.registry.contracts import Analysed
from bench.suite.load import LoadedSuite
from bench.suite.schema import Claim

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Finding:
    """A claim and what was measured.

    `low` and `high` are the ends of the measured value's interval. `holds` is None where nothing was
    measured or the claim has no bound. `reason` says why nothing was measured; `fault` that the
    analysis could not do its work, which counts as not holding.
    """

    claim: Claim
    measured: float | None = None
    low: float | None = None
    high: float | None = None
    holds: bool | None = None
    reason: str = ""
    fault: str = ""

    def plain(self) -> dict[str, Any]:
        """The finding as `bench claims --json` prints it."""
        return {
            "id": self.claim.id,
            "source": self.claim.source,
            "statement": self.claim.statement,
            "expected": self.claim.expected,
            "measured": self.measured,
            "low": self.low,
            "high": self.high,
            "tolerance": self.claim.tolerance,
            "holds": self.holds,
        }


@dataclass(frozen=True)
class Question:
    """A claim with its analysis, built and named for messages."""

    claim: Claim
    component: str
    analysis: Callable[[pd.DataFrame], Any]


def questions(suite: LoadedSuite, catalog: Catalog) -> list[Question]:
    """The claims of a suite with their analyses.

    Raises:
        UserError: for an unknown analysis or parameter, naming the claim.
    """
    return [
        _question(claim, f"{suite.where}: [[claim]] {number}", catalog)
        for number, claim in enumerate(suite.file.claim, start=1)
    ]


def answer(asked: Iterable[Question], frame: pd.DataFrame) -> list[Finding]:
    """What the records say of each claim; an analysis that fails costs its own claim alone.

    Args:
        asked: the claims and their analyses.
        frame: the tidy frame of the records that count.
    """
    return [_answer(question, frame) for question in asked]


def _question(claim: Claim, where: str, catalog: Catalog) -> Question:
    component = catalog.get("analysis", claim.analysis, where)
    name = f"analysis '{claim.analysis}'"
    try:
        with blamed(name, passing=(UserError,)):
            return Question(claim, name, component.make(claim.params))
    except UserError as error:
        raise UserError(f"{where}: {error.message}", error.hint) from None
    except TrialFault as error:
        raise UserError(f"{where}: {error}", "mend its plugin, or leave the claim out") from error


def _answer(question: Question, frame: pd.DataFrame) -> Finding:
    claim = question.claim
    try:
        with blamed(question.component, passing=(UserError,)):
            analysed = _checked(question.analysis(frame.copy()))
    except UserError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return Finding(claim, holds=False, fault=f"{question.component}: {error.message}{hint}")
    except Unsupported as error:
        return Finding(claim, reason=f"{question.component}: {error.reason}")
    except TrialFault as error:
        return Finding(claim, holds=False, fault=str(error))
    reason = ""
    if analysed.value is None:
        reason = str(analysed.details.get("reason") or "the records do not suffice")
        reason = "no records" if frame.empty else reason
    return Finding(
        claim,
        analysed.value,
        analysed.low,
        analysed.high,
        holds(claim, analysed),
        reason=reason,
    )


def _checked(analysed: object) -> Analysed:
    if not isinstance(analysed, Analysed):
        raise TypeError(f"returned {type(analysed).__name__}, not Analysed")
    value, low, high = (_number(given) for given in (analysed.value, analysed.low, analysed.high))
    return Analysed(value, low, high, dict(analysed.details))


def _number(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError(f"gave {type(given).__name__} for a number")
    if not math.isfinite(given):
        raise ValueError(f"gave {given}, which is not finite")
    return float(given)
