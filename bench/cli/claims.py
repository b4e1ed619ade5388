"""`bench claims SUITE`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import json_option, load_catalog, set_option, store_option, with_plugins
from bench.errors import UserError

if TYPE_CHECKING:
    from bench.board.claims import SuiteClaims
    from bench.registry.origin import Selection


@click.command()
@click.argument("suite")
@store_option
@set_option
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Draw the suite's figures into this folder, as SVG and PNG.",
)
@click.option("--check", is_flag=True, help="Exit 1 where a claim fails.")
@json_option
@with_plugins
def command(
    suite: str,
    store: Path,
    settings: tuple[str, ...],
    plugins: Selection,
    *,
    figures: Path | None,
    check: bool,
    as_json: bool,
) -> int:
    """Hold what a suite's sources say against the records: nothing is trained.

    Only records of the trials that the suite plans now count. With --json, a list of {"id", "source",
    "statement", "expected", "measured", "low", "high", "tolerance", "holds"}: low and high are the
    interval of what was measured; holds is null where a claim is only reported, or was not measured.
    """
    from bench.board.claims import claims_of  # noqa: PLC0415
    from bench.board.claims_text import claims_table  # noqa: PLC0415
    from bench.suite.load import load_suite  # noqa: PLC0415
    from bench.suite.settings import parse_settings  # noqa: PLC0415

    catalog = load_catalog(plugins)
    found = claims_of(load_suite(suite, catalog, parse_settings(settings)), catalog, store)
    claiming = [one for one in found if one.findings]
    findings = [finding for one in claiming for finding in one.findings]
    if as_json:
        click.echo(json.dumps([finding.plain() for finding in findings], indent=1))
    elif claiming:
        click.echo("\n\n".join(map(claims_table, claiming)))
    if not claiming:
        click.echo(f"note: '{suite}' makes no claims", err=True)
    for finding in findings if as_json else ():
        if finding.fault or finding.reason:
            click.echo(f"{finding.claim.id}: {finding.fault or finding.reason}", err=True)
    if figures is not None:
        _draw(found, figures)
    for one in claiming:
        if one.records < one.planned:
            click.echo(_incomplete(one, suite, store, settings), err=True)
    return 1 if check and any(finding.holds is False for finding in findings) else 0


def _draw(found: Sequence[SuiteClaims], folder: Path) -> None:
    """Write the figures of suites into `folder`; stderr says where they are, and which are missing."""
    from bench.board.suite_figures import write_pictures  # noqa: PLC0415

    pictures = [picture for one in found for picture in one.pictures()]
    try:
        written = write_pictures(pictures, folder)
    except OSError as error:
        raise UserError(
            f"{folder}: cannot write the figures: {error.strerror}", "name another folder with --figures"
        ) from None
    for picture in pictures:
        if not picture.images:
            trouble = picture.fault or picture.reason
            click.echo(f"figure {picture.sketch.figure.id} is not drawn: {trouble}", err=True)
    click.echo(f"{len(written)} files of figures in {folder}", err=True)


def _incomplete(one: SuiteClaims, suite: str, store: Path, settings: tuple[str, ...]) -> str:
    changes = "".join(f" --set {shlex.quote(setting)}" for setting in settings)
    return (
        f"note: {one.records} of the {one.planned} trials of '{one.suite}' have a record in {store}\n"
        f"hint: bench run {shlex.quote(suite)} --store {shlex.quote(str(store))}{changes}"
    )
