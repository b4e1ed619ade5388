"""The claims of suites, held against the records of a store or of a folder of packs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis.claims import Finding, answer, questions
from bench.board.frame import tidy
from bench.board.suite_figures import Picture, Sketch, drawn, sketches
from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.registry.catalog import Catalog
from bench.store.reading import read_records
from bench.suite.load import AnySuite, LoadedSuite, load_suite

if TYPE_CHECKING:
    import pandas as pd

    from bench.store.record import Record


@dataclass(frozen=True)
class SuiteClaims:
    """The findings of a suite; `records` of its `planned` trials were there to measure them on.

    `sketches` are its figures, still to be drawn of `frame`, the tidy frame of those records.
    """

    suite: str
    version: str
    findings: tuple[Finding, ...]
    records: int
    planned: int
    sketches: tuple[Sketch, ...] = ()
    frame: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def pictures(self) -> tuple[Picture, ...]:
        """Draw its figures, which takes a second or so each."""
        frame = tidy([]) if self.frame is None else self.frame
        return tuple(drawn(sketch, frame) for sketch in self.sketches)


def claims_of(suite: AnySuite, catalog: Catalog, store: Path) -> tuple[SuiteClaims, ...]:
    """The claims of `suite`, or of each that it joins, measured on the records in `store`.

    Raises:
        UserError: where a claim or a figure names an unknown component or parameter, the suite an
            unknown component, or the store is missing or holds a file that is no record.
    """
    return tuple(measured(member, catalog, read_records(store, member.file.name)) for member in suite.members)


def measured(suite: LoadedSuite, catalog: Catalog, records: Iterable[Record]) -> SuiteClaims:
    """The claims of `suite` on those of `records` that are trials it plans now and ended well.

    Raises:
        UserError: as `claims_of` does.
    """
    asked, figures = questions(suite, catalog), sketches(suite, catalog)
    planned = {trial.trial_id for trial in plan_trials(suite, catalog)}
    counted = [record for record in records if record.trial_id in planned and record.status == "ok"]
    counted.sort(key=lambda record: record.trial_id)
    frame = tidy(counted)
    findings = tuple(answer(asked, frame))
    name, version = suite.file.name, suite.file.version
    return SuiteClaims(name, version, findings, len(counted), len(planned), figures, frame)


def published_claims(
    catalog: Catalog, records: Sequence[Record], warn: Callable[[str], None]
) -> tuple[SuiteClaims, ...]:
    """What those suites of `records` claim and show that the catalog has at the records' version, by name.

    Args:
        catalog: where suites and analyses are looked up.
        records: what the claims are measured on.
        warn: is told of a suite whose claims cannot be asked, which then has none.
    """
    found = []
    for name, version in sorted({(record.suite.name, record.suite.version) for record in records}):
        if ("suite", name) not in catalog.offers:
            continue
        try:
            [suite, *joined] = load_suite(name, catalog).members
            if joined or suite.file.version != version or not (suite.file.claim or suite.file.figure):
                continue
            found.append(measured(suite, catalog, (one for one in records if one.suite.name == name)))
        except UserError as error:
            warn(f"no claims of '{name}': {error.message}")
    return tuple(found)
