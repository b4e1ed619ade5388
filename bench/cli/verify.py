"""`bench records verify`: whether records are sound, and whether trials of theirs come out the same again."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import (
    data_dir_option,
    device_option,
    download_option,
    jobs_option,
    json_option,
    load_catalog,
    store_option,
    with_plugins,
)
from bench.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.registry.origin import Selection
    from bench.runner.rerun import Rerun
    from bench.store.comparing import Difference

_MOST_SHOWN = 5


@click.command("verify")
@store_option
@click.option("--suite", help="Only records of this suite.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="K", help="Run K trials again, drawn at random, and compare."
)
@click.option("--seed", type=click.IntRange(0), help="What the draw hangs on.  [default: another each time]")
@device_option
@jobs_option
@data_dir_option
@download_option
@json_option
@with_plugins
def command(
    store: Path,
    suite: str | None,
    *,
    sample: int | None,
    seed: int | None,
    device: str,
    jobs: int | None,
    data_dir: Path | None,
    plugins: Selection,
    download: bool,
    as_json: bool,
) -> int:
    """Check that every record is sound: schema, content hash, counts; exit 1 if one is not.

    With --sample, run some of the trials again in a store of their own, and compare: to the bit on the
    same torch, machine and source of prunebench; else accuracies and sparsities to within 0.05, errors and
    sizes to within a tenth. Exit 1 if one differs, fails, or can no longer be run.
    """
    if sample is None:
        return _sound(store, suite, as_json=as_json)
    from bench.runner.request import RunRequest, default_data_root  # noqa: PLC0415
    from bench.runner.rerun import draw, rerun  # noqa: PLC0415
    from bench.store.reading import read_records  # noqa: PLC0415

    drawn_with = secrets.randbelow(2**31) if seed is None else seed
    records = draw(read_records(store, suite), sample, drawn_with)
    if not records:
        raise UserError(f"{store}: no finished records to draw from", "run a suite first")
    request = RunRequest(
        store=store,
        device=device,
        jobs=jobs,
        data_root=data_dir or default_data_root(),
        download=download,
    )
    again = rerun(records, request, load_catalog(plugins), plugins)
    if as_json:
        click.echo(json.dumps({"seed": drawn_with, "trials": [one.plain() for one in again]}, indent=1))
    else:
        for line in _table(again):
            click.echo(line)
        same = sum(one.result == "same" for one in again)
        click.echo(
            f"{same} of {len(again)} trials came out the same; --seed {drawn_with} draws them", err=True
        )
    return 0 if all(one.result == "same" for one in again) else 1


def _sound(store: Path, suite: str | None, *, as_json: bool) -> int:
    from bench.store.verify import verify  # noqa: PLC0415

    findings = list(verify(store, suite))
    bad = [finding for finding in findings if finding.problem]
    if as_json:
        click.echo(json.dumps([{"record": found.where, "problem": found.problem} for found in bad], indent=1))
    else:
        for found in bad:
            click.echo(f"{found.where}: {found.problem}")
        click.echo(f"{len(findings)} records, {len(bad)} with a problem", err=True)
    return 1 if bad else 0


def _table(again: tuple[Rerun, ...]) -> Iterator[str]:
    for one in again:
        held = {"exact": "to the bit", "tolerance": "within tolerance: another machine or source"}.get(
            one.held_to, ""
        )
        said = one.reason.splitlines()[0] if one.reason else held
        yield f"{one.result:<8}  {one.trial_id[:12]}  {one.suite}: {one.cell}  {said}"
        yield from (f"          {_words(pair)}" for pair in one.differences[:_MOST_SHOWN])
        if len(one.differences) > _MOST_SHOWN:
            yield f"          and {len(one.differences) - _MOST_SHOWN} more numbers"


def _words(pair: Difference) -> str:
    was, now = ("none" if value is None else f"{value:.9g}" for value in (pair.recorded, pair.again))
    return f"{pair.name}: {was} recorded, {now} again"
