"""`bench board lint`: holds a published table to itself."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bench.cli.options import json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="ROLE=HEADER",
    help="What a column is: pruned=Acc, group=Dataset; ROLE= for none. Others are guessed by their headers.",
)
@click.option(
    "--constant",
    "constants",
    multiple=True,
    metavar="ROLE=NUMBER",
    help="A number that holds for all rows: dense-params=11.69M.",
)
@click.option(
    "--metric",
    type=click.Choice(["accuracy", "error", "score", "loss"]),
    default="accuracy",
    show_default=True,
    help="What base and pruned are; score and loss have no bounds.",
)
@click.option(
    "--sparsity-of",
    type=click.Choice(["parameters", "weights", "units"]),
    default="parameters",
    show_default=True,
    help="What sparsity is a share of.",
)
@json_option
def lint(
    file: Path, columns: tuple[str, ...], constants: tuple[str, ...], *, as_json: bool, **what: str
) -> int:
    """Report the rows of a published table that cannot be true; exit 1 where there is one.

    FILE is a table of pruning results with a header: CSV, with semicolons or tabs, or Markdown. A number
    stands for all that print with its digits, so that rounding is never a fault. Roles: base, pruned,
    difference, drop, rank, params, dense-params, sparsity, kept, compression, flops, dense-flops, flops-cut,
    speed-up, label, group.
    """
    from bench.board.lint.check import lint as check  # noqa: PLC0415
    from bench.board.lint.columns import mapped  # noqa: PLC0415
    from bench.board.lint.limits import METRICS  # noqa: PLC0415
    from bench.board.lint.relations import SparsityOf  # noqa: PLC0415
    from bench.board.lint.report import lines, plain, summary  # noqa: PLC0415
    from bench.board.lint.table import read_table  # noqa: PLC0415

    [metric] = [one for one in METRICS if one.name == what["metric"]]
    report = check(read_table(file), mapped(columns, constants), metric, SparsityOf(what["sparsity_of"]))
    if as_json:
        click.echo(json.dumps(plain(report), indent=1))
    else:
        for line in lines(report):
            click.echo(line)
        for line in summary(report):
            click.echo(line, err=True)
    return 1 if report.findings else 0
