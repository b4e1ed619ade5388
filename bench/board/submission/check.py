"""Checks a submission from its data alone: files, records, suites, and what is accepted already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.board.submission.agreement import Known
from bench.board.submission.content import path_complaints, record_complaints, whole_complaints
from bench.board.submission.coverage import Coverage, joined
from bench.board.submission.facts import Facts, Key, facts_of
from bench.board.submission.files import record_paths
from bench.board.submission.planned import Plans
from bench.board.submission.problems import Complaint, Problems, TooMany, quoted
from bench.board.submission.report import Report, SuiteShare
from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.components import Task
from bench.store.reading import (
    PACK_SUFFIX,
    pack_lines,
    parse_record,
    read_record,
    read_records,
    record_files,
)
from bench.suite.settings import Settings

if TYPE_CHECKING:
    from bench.store.record import Record

MOST_RECORDS = 50_000
MOST_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Terms:
    """What a submission is held to.

    Args:
        catalog: the components and suites that are known; none are ever loaded from the submission.
        accepted: the folder of accepted records, if there is one.
        whole: whether the submission is that folder as it would be, so that nothing may be missing.
        settings: changes of the suites that the submission may have been run with.
        said: those settings as they were given.
    """

    catalog: Catalog
    accepted: Path | None = None
    whole: bool = False
    settings: Settings | None = None
    said: str = ""


def check_submission(root: Path, terms: Terms) -> Report:
    """Check the record, the pack or the folder at `root`; everything wrong is told, up to a bound.

    Raises:
        UserError: where `root` or the accepted folder does not exist, `root` is a whole store, or the
            accepted folder holds what is no record.
    """
    if terms.whole and terms.accepted is None:
        raise UserError("--whole: the folder as it would be, but of what?", "name it with --accepted")
    return _Check(root, terms).report()


@dataclass
class _Check:
    """One run of the check, and what it has seen."""

    root: Path
    terms: Terms
    problems: Problems = field(default_factory=Problems)
    known: Known = field(default_factory=Known)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    records: int = 0
    size: int = 0
    unchanged: set[Key] = field(default_factory=set)

    def report(self) -> Report:
        terms = self.terms
        plans = Plans(terms.catalog, terms.settings, terms.said)
        self.known = Known.of(_accepted_facts(terms))
        try:
            for path in record_paths(self.root, self.problems):
                self._file(path, plans)
            if terms.whole:
                self._nothing_missing()
            if not self.records and not self.problems.found:
                self.problems.add(str(self.root), [Complaint("no records", "add ID.json or SUITE.jsonl.gz")])
        except TooMany:
            pass
        return Report(
            records=self.records,
            new=sum(share.given for share in self._shares(plans)),
            unchanged=len(self.unchanged),
            suites=self._shares(plans),
            problems=tuple(self.problems.found),
            more=self.problems.more,
            notes=joined(self.notes),
        )

    def _file(self, path: Path, plans: Plans) -> None:
        where = str(path.relative_to(self.root)) if path != self.root else path.name
        for place, record in self._read(path, where):
            self.records += 1
            if self.records > MOST_RECORDS:
                self.problems.add(
                    place, [Complaint(f"more than {MOST_RECORDS} records", "submit fewer at a time")]
                )
                raise TooMany
            before = len(self.problems.found)
            self.problems.add(place, path_complaints(record, path, in_folder="/" in where))
            self._record(record, place, plans, sound=len(self.problems.found) == before)

    def _record(self, record: Record, place: str, plans: Plans, *, sound: bool) -> None:
        before = len(self.problems.found)
        self.problems.add(place, record_complaints(record))
        self.problems.add(place, whole_complaints(record))
        standing = plans.standing(record)
        if isinstance(standing, Complaint):
            self.problems.add(place, [standing])
            return
        if len(self.problems.found) > before:
            return
        facts = facts_of(record, place, seeded=_is_seeded(self.terms.catalog, record))
        if self.known.is_unchanged(facts) and facts.key not in self.unchanged:
            self.unchanged.add(facts.key)
            return
        self.problems.add(place, plans.complaints(record))
        self.problems.add(place, self.known.complaints(facts))
        if not sound or len(self.problems.found) > before:
            return
        self.known.add(facts)
        coverage = self.coverage.setdefault(record.suite.name, Coverage())
        coverage.add(standing.contestant, record.trial_id, standing.override)
        if record.env is not None and record.env.git is not None and record.env.git.dirty:
            self.notes.append(f"{record.suite.name}: ran from a checkout with changes that are not committed")

    def _read(self, path: Path, where: str) -> Iterator[tuple[str, Record]]:
        """The records of a file with their places; what is none is a problem, and the next line is read."""
        prefix = str(path)
        try:
            if not path.name.endswith(PACK_SUFFIX):
                yield where, read_record(path)
                return
            empty = True
            for place, line in pack_lines(path):
                empty = False
                self.size += len(line)
                if self.size > MOST_BYTES:
                    self.problems.add(
                        where, [Complaint(f"more than {MOST_BYTES} bytes", "submit fewer records")]
                    )
                    raise TooMany
                named = f"{where}{place.removeprefix(prefix)}"
                try:
                    record = parse_record(line, place)
                except UserError as error:
                    self.problems.add(named, [_complaint(error, place)])
                else:
                    yield f"{named}: {record.trial_id[:12]}", record
            if empty:
                self.problems.add(where, [Complaint("an empty pack", "write it with `bench records pack`")])
        except UserError as error:
            self.problems.add(where, [_complaint(error, prefix)])

    def _nothing_missing(self) -> None:
        """Every accepted file must be there still; in a file that is, every accepted record must be."""
        accepted = cast("Path", self.terms.accepted)
        for path in record_files(accepted):
            name = path.relative_to(accepted)
            if not (self.root / name).is_file():
                self.problems.add(
                    str(name), [Complaint("an accepted file is gone", "restore it; accepted records stay")]
                )
        gone = len(self.known.accepted - self.unchanged)
        if gone > 0 and not self.problems.found:
            self.problems.add(
                ".", [Complaint(f"{gone} accepted records are gone", "restore them; accepted records stay")]
            )

    def _shares(self, plans: Plans) -> tuple[SuiteShare, ...]:
        shares = []
        for name, coverage in sorted(self.coverage.items()):
            plan = plans.of(name)
            if not isinstance(plan, Complaint):
                accepted = {trial_id for suite, trial_id in self.known.accepted if suite == name}
                shares.append(coverage.share(plan, accepted & plan.own))
        return tuple(shares)


def _accepted_facts(terms: Terms) -> Iterator[Facts]:
    if terms.accepted is None:
        return
    for record in read_records(terms.accepted):
        where = f"accepted {record.suite.name} {record.trial_id[:12]}"
        yield facts_of(record, where, seeded=_is_seeded(terms.catalog, record))


def _is_seeded(catalog: Catalog, record: Record) -> bool:
    offer = catalog.offers.get(("task", record.spec.task))
    return offer is not None and cast("Task", offer.component).seeded


def _complaint(error: UserError, where: str) -> Complaint:
    return Complaint(quoted(error.message.removeprefix(f"{where}: "), 300), quoted(error.hint, 300))
