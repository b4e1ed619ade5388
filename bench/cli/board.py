"""`bench board`: turns records into the leaderboard."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def board() -> None:
    """Build the leaderboard from records."""


@board.command()
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="BENCH_STORE",
    default=Path("bench-store"),
    show_default=True,
    show_envvar=True,
    help="The store, or any folder of records.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("site"),
    show_default=True,
    help="The folder to write.",
)
@click.option("--suite", metavar="NAME", help="Only the records of this suite.")
@click.option("--figures/--no-figures", default=True, help="Also draw the figures for papers.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
def build(store: Path, out: Path, suite: str | None, figures: bool, as_json: bool) -> None:
    """Write the page, standings.csv, records.jsonl, leaderboard.json, LEADERBOARD.md and figures."""
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
