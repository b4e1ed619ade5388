"""`bench board build|serve|check|lint`: turns records into the leaderboard, and checks what is to join it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.board_lint import lint
from bench.cli.board_serve import serve
from bench.cli.building import built_board
from bench.cli.options import json_option, load_catalog, set_option, store_option, with_plugins

if TYPE_CHECKING:
    from bench.registry.origin import Selection

_MOST_WARNINGS = 20


@click.group()
def command() -> None:
    """Build the leaderboard, look at it, and check submissions to it and the tables of others."""


command.add_command(lint)
command.add_command(serve)


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
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    show_default="`reference` beside a store that is called `records`",
    help="A folder of published numbers to show beside the records.",
)
@json_option
@with_plugins
def build(
    store: Path,
    out: Path,
    suite: str | None,
    reference: Path | None,
    plugins: Selection,
    *,
    figures: bool,
    as_json: bool,
) -> None:
    """Write index.html, a page for each suite, their downloads and figures.

    Where suites of the records make claims or have figures, claims.html says which hold, and shows them.
    """
    built = built_board(store, out, load_catalog(plugins), suite, figures=figures, reference=reference)
    _say_left_out(built.left_out)
    if not built.records:
        click.echo(f"note: {store} holds no records yet; the page says so", err=True)
    click.echo(f"{built.records} records, {len(built.files)} files", err=True)
    if as_json:
        summary = {
            "out": str(built.out),
            "records": built.records,
            "suites": list(built.suites),
            "files": list(built.files),
            "left_out": list(built.left_out),
        }
        click.echo(json.dumps(summary))
    else:
        click.echo(str(built.page))


def _say_left_out(left_out: Sequence[str]) -> None:
    for line in left_out[:_MOST_WARNINGS]:
        click.echo(f"warning: left out: {line}", err=True)
    if len(left_out) > _MOST_WARNINGS:
        click.echo(f"warning: left out: {len(left_out) - _MOST_WARNINGS} more; --json lists them", err=True)


@command.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--accepted",
    type=click.Path(path_type=Path),
    help="The folder of accepted records, to hold them against.",
)
@click.option(
    "--whole", is_flag=True, help="PATH is the accepted folder as it would be: nothing may be missing."
)
@set_option
@json_option
def check(path: Path, accepted: Path | None, settings: tuple[str, ...], *, whole: bool, as_json: bool) -> int:
    """Check a record, a pack or a folder of them before it joins the leaderboard; nothing of it is run.

    Exit code 0: accepted. 1: refused, with every reason. 2: there is nothing to check.
    """
    from bench.board.submission.check import Terms, check_submission  # noqa: PLC0415
    from bench.registry.origin import Selection  # noqa: PLC0415
    from bench.suite.settings import parse_settings  # noqa: PLC0415

    terms = Terms(
        catalog=load_catalog(Selection(which="builtin")),
        accepted=accepted,
        whole=whole,
        settings=parse_settings(settings) if settings else None,
        said=" ".join(settings),
    )
    report = check_submission(path, terms)
    if as_json:
        click.echo(json.dumps(report.plain(), indent=1))
    else:
        for line in report.lines():
            click.echo(line)
    return 0 if report.accepted else 1
