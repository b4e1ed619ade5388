"""What `bench run` says at the end: counts on stderr, standings on stdout."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bench.plan.trials import Trial
    from bench.runner.request import RunSummary


MOST_STANDINGS = 10_000


def report(summary: RunSummary, trials: Collection[Trial], root: Path) -> None:
    """Print how the run went, and the standings of its trials by their records below `root`.

    There are none where the trials are too many to hold at once.
    """
    from bench.board.frame import tidy  # noqa: PLC0415
    from bench.board.standings import standings  # noqa: PLC0415
    from bench.board.terminal import standings_table  # noqa: PLC0415
    from bench.store.reading import records_of  # noqa: PLC0415

    if summary.ok == summary.failed == summary.skipped == 0:
        click.echo(
            f"nothing to do: all {summary.cached} trials of '{summary.suite}' are in {summary.store}",
            err=True,
        )
    else:
        counts = (
            f"{summary.ok} done, {summary.cached} cached, {summary.failed} failed, {summary.skipped} skipped"
        )
        click.echo(
            f"{summary.suite}: {counts} in {summary.seconds:.1f} s; records in {summary.store}", err=True
        )
    if summary.failed:
        click.echo(
            "hint: `bench records list --status failed` says why; --retry failed runs them again", err=True
        )
    if len(trials) > MOST_STANDINGS:
        click.echo(f"no standings of more than {MOST_STANDINGS} trials here; some of them: --only", err=True)
        return
    records = records_of(root, {(trial.suite.name, trial.trial_id) for trial in trials})
    if records:
        click.echo(standings_table(standings(tidy(records))))
        click.echo(f"next: bench board build --store {shlex.quote(str(summary.store))} --out site", err=True)
