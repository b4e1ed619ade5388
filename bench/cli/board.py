"""`bench board build`: turns records into the leaderboard."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bench.cli.options import json_option, store_option


@click.group()
def command() -> None:
    """Build the leaderboard from records."""


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
def build(store: Path, out: Path, suite: str | None, *, figures: bool, as_json: bool) -> None:
    """Write index.html, standings.csv, records.jsonl, leaderboard.json, LEADERBOARD.md and figures."""
    from bench.board.build import build_board  # noqa: PLC0415

    built = build_board(store, out, suite, figures=figures)
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
