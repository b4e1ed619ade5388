"""How much of each suite is there: whole contestants, or parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.board.submission.planned import PlannedSuite
from bench.board.submission.report import SuiteShare

if TYPE_CHECKING:
    from bench.plan.spec import Spec


@dataclass
class Coverage:
    """The trials of one suite that a submission brings, by contestant."""

    given: dict[str, set[str]] = field(default_factory=dict)
    overrides: dict[str, None] = field(default_factory=dict)

    def add(self, contestant: str, trial_id: str, override: str) -> None:
        """Count a trial; `override` says how it departs from the suite, if it does."""
        self.given.setdefault(contestant, set()).add(trial_id)
        if override:
            self.overrides[override] = None

    def share(self, plan: PlannedSuite, accepted: set[str]) -> SuiteShare:
        """What the trials make of the suite, together with those that are accepted."""
        partial = []
        for contestant, trial_ids in self.given.items():
            cells = [trial for trial in plan.contestants[contestant] if trial.trial_id in plan.own]
            there = [cell for cell in cells if cell.trial_id in trial_ids | accepted]
            if len(there) < len(cells):
                partial.append(f"{_label(cells[0].spec)}: {len(there)} of {len(cells)} cells")
        return SuiteShare(
            suite=plan.name,
            version=plan.version,
            given=sum(map(len, self.given.values())),
            accepted=len(accepted),
            planned=len(plan.own),
            contestants=len(self.given),
            partial=tuple(sorted(partial)),
            overrides=tuple(sorted(self.overrides)),
        )


def _label(spec: Spec) -> str:
    params = ", ".join(f"{key}={value}" for key, value in spec.params.items())
    way = "" if spec.schedule == "one-shot" else f", {spec.schedule}"
    around = "" if spec.parametrization == "direct" else f"{spec.parametrization} "
    control = f", matched to {spec.matched_to.name}" if spec.matched_to else ""
    return f"{spec.task} {spec.model} {around}{spec.pruner}({params}){control}{way}"


def joined(notes: Sequence[str], most: int = 20) -> tuple[str, ...]:
    """The notes without repeats, `most` of them."""
    return tuple(dict.fromkeys(notes))[:most]
