"""`bench board build|lint`: turns records into the leaderboard, and checks tables of others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.board_lint import lint
from bench.cli.options import json_option, load_catalog, store_option, with_plugins

if TYPE_CHECKING:
    from bench.board.claims import SuiteClaims
    from bench.registry.origin import Selection
    from bench.store.record import Record


@click.group()
def command() -> None:
    """Build the leaderboard from records, and check the tables of others."""


command.add_command(lint)


@command.command()
@store_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("site"),
    show_default=True,
    help="The folder to write.",
)
@click.option("--suite", metavar="NAME", help="Only the records of this suite.")
@click.option("--figures/--no-figures", default=True, help="Whether to draw the figures for papers.")
@json_option
@with_plugins
def build(
    store: Path, out: Path, suite: str | None, plugins: Selection, *, figures: bool, as_json: bool
) -> None:
    """Write index.html, standings.csv, records.jsonl, leaderboard.json, LEADERBOARD.md and figures.

    Where suites of the records make claims or have figures, claims.html says which hold, and shows them.
    """
    from bench.board.build import build_board  # noqa: PLC0415
    from bench.board.claims import published_claims  # noqa: PLC0415

    catalog = load_catalog(plugins)

    def claims(records: Sequence[Record]) -> tuple[SuiteClaims, ...]:
        return published_claims(catalog, records, lambda line: click.echo(f"warning: {line}", err=True))

    built = build_board(store, out, suite, figures=figures, claims=claims)
    if not built.records:
        click.echo(f"note: {store} holds no records yet; the page says so", err=True)
    click.echo(f"{built.records} records, {len(built.files)} files", err=True)
    if as_json:
        summary = {
            "out": str(built.out),
            "records": built.records,
            "suites": list(built.suites),
            "files": list(built.files),
        }
        click.echo(json.dumps(summary))
    else:
        click.echo(str(built.page))
