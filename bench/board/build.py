"""Builds the board: records in, a static folder out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.board.about import About
from bench.board.bibtex import cite_bib
from bench.board.cells import Cell
from bench.board.claims import SuiteClaims
from bench.board.claims_page import PAGE as CLAIMS_PAGE
from bench.board.claims_page import render_claims
from bench.board.figures import figure_names, write_figures
from bench.board.frame import tidy
from bench.board.markdown import markdown
from bench.board.overview import render_overview
from bench.board.page import Footing, Frame, link_of, render_suite
from bench.board.page_data import Beside
from bench.board.published import leaderboard_json, records_files, records_jsonl
from bench.board.reference import read_references, reference_folder, with_references
from bench.board.site_names import OVERVIEW
from bench.board.sound import sound_records
from bench.board.standings import standings
from bench.board.standings_csv import standings_csv
from bench.board.suite_figures import FOLDER, Picture, write_pictures
from bench.board.text import plain_text
from bench.errors import UserError
from bench.store.atomic import write_atomically

if TYPE_CHECKING:
    from bench.store.record import Record


@dataclass(frozen=True)
class Built:
    """What was built: the folder, how many records went in, their suites, and the files in it.

    `left_out` says of each file or record that is not sound where it lies and what is wrong.
    """

    out: Path
    records: int
    suites: tuple[str, ...]
    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def page(self) -> Path:
        """The page's path."""
        return self.out / OVERVIEW


MeasureClaims = Callable[[Sequence["Record"]], tuple[SuiteClaims, ...]]
FindAbout = Callable[[Sequence["Record"]], About]


@dataclass(frozen=True)
class Extras:
    """What can be added to a board of records: the claims that suites make, papers, and published numbers.

    Where there are claims, they get a page, with the suites' figures. `reference` is a folder of published
    numbers; that which belongs to the store unless given.
    """

    claims: MeasureClaims = field(default=lambda _: ())
    about: FindAbout = field(default=lambda _: About())
    reference: Path | None = None


def build_board(
    store: Path, out: Path, suite: str | None = None, *, figures: bool = True, extras: Extras | None = None
) -> Built:
    """Write the board of a store, or of any folder of records, into `out`.

    Equal records give equal bytes in every file but the figures' PNGs, which hang on the font
    library. Files already in `out` are replaced one by one; others are left alone.

    Args:
        store: where the records are.
        out: the folder to write; made if it is not there.
        suite: only the records of this suite.
        figures: whether to draw the figures for papers, which takes the most time.
        extras: what is shown beside the records.

    Raises:
        UserError: where the store is missing, no record is of `suite`, the published numbers are not what
            docs/reference.md says, or `out` cannot be written.
    """
    sound = sound_records(store, suite)
    records = sound.records
    if suite is not None and not records:
        raise UserError(f"{store}: no records of the suite '{suite}'", "see `bench records list`")
    extras = extras or Extras()
    reference = extras.reference or reference_folder(store)
    cells = with_references(standings(tidy(records)), read_references(reference) if reference else ())
    drawn = {cell.key: figure_names(cell) for cell in cells} if figures else {}
    claimed, known = extras.claims(records), extras.about(records)
    pictures = {one.suite: one.pictures() if figures else () for one in claimed}
    files = {
        "records.jsonl": records_jsonl(records),
        "standings.csv": standings_csv(cells),
        "leaderboard.json": leaderboard_json(cells),
        "LEADERBOARD.md": markdown(cells),
        "cite.bib": cite_bib({name: cite for (_, name), cite in known.papers.items()}),
        OVERVIEW: render_overview(cells, _footing(records), [one.suite for one in claimed], known),
        **_suite_pages(cells, records, Beside(drawn, known), claims=bool(claimed)),
        **records_files(cells, records),
    }
    if claimed:
        files[CLAIMS_PAGE] = render_claims(claimed, pictures)
    try:
        for cell in cells if figures else ():
            write_figures(cell, out)
        write_pictures(_flat(pictures), out / FOLDER)
        for name, data in files.items():
            write_atomically(out / name, data)
    except OSError as error:
        raise UserError(
            f"{out}: cannot write the board: {error.strerror}", "name another folder with --out"
        ) from None
    paths = [*files, *(name for names in drawn.values() for name in names)]
    paths += [f"{FOLDER}/{name}" for picture in _flat(pictures) for name in picture.names]
    return Built(out, len(records), _suites(cells), tuple(sorted(paths)), sound.left_out)


def _suite_pages(
    cells: Sequence[Cell], records: Sequence[Record], beside: Beside, *, claims: bool
) -> dict[str, bytes]:
    """The pages of suites by path; each knows the others."""
    links = tuple(dict.fromkeys(link_of(cell) for cell in cells))
    pages = {}
    for link in links:
        mine = [cell for cell in cells if link_of(cell) == link]
        trials = {trial for cell in mine for one in cell.standings for trial in one.provenance.trials}
        footing = _footing([record for record in records if record.trial_id in trials])
        pages[link.page] = render_suite(mine, Frame(links, footing, claims), beside)
    return pages


def _flat(pictures: Mapping[str, Sequence[Picture]]) -> list[Picture]:
    return [picture for some in pictures.values() for picture in some]


def _suites(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(sorted({f"{cell.suite} {cell.version}" for cell in cells}))


def _footing(records: Sequence[Record]) -> Footing:
    machines = {record.env for record in records if record.env is not None}
    return Footing(
        versions=tuple(sorted({plain_text(env.prunebench) for env in machines})),
        machines=tuple(sorted({plain_text(f"{env.device}, {env.cpu}") for env in machines})),
        records=len(records),
    )
