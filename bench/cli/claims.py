"""`bench claims SUITE`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import json_option, load_catalog, set_option, store_option, with_plugins

if TYPE_CHECKING:
    from bench.analysis.claims import Finding
    from bench.registry.origin import Selection


@click.command()
@click.argument("suite")
@store_option
@set_option
@click.option("--check", is_flag=True, help="Exit 1 where a claim fails.")
@json_option
@with_plugins
def command(
    suite: str,
    store: Path,
    settings: tuple[str, ...],
    plugins: Selection,
    *,
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
    if as_json:
        click.echo(json.dumps([finding.plain() for finding in found.findings], indent=1))
    elif found.findings:
        click.echo(claims_table(found))
    _remarks(found.findings, suite, in_full=as_json)
    if found.findings and found.records < found.planned:
        click.echo(
            f"note: {found.records} of {found.planned} planned trials have a record in {store}\n"
            f"hint: bench run {suite} --store {store}",
            err=True,
        )
    return 1 if check and any(finding.holds is False for finding in found.findings) else 0


def _remarks(findings: tuple[Finding, ...], suite: str, *, in_full: bool) -> None:
    """What stdout does not say: where there are no claims, and with --json why a number is missing."""
    if not findings:
        click.echo(f"note: '{suite}' makes no claims", err=True)
    for finding in findings if in_full else ():
        if finding.fault or finding.reason:
            click.echo(f"{finding.claim.id}: {finding.fault or finding.reason}", err=True)
