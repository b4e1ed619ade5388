"""`python -m tests.fuzz --minutes 10 --seed 0`: fuzz all targets for as long each, and say what was found."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from tests.fuzz.campaign import BATCH, Case, Tally, keep, run_batch, warm_up
from tests.fuzz.outcome import judged
from tests.fuzz.targets import TARGETS


@click.command()
@click.option("--minutes", type=click.FloatRange(0), default=1.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--target", "targets", type=click.Choice(list(TARGETS)), multiple=True, help="Only these.")
@click.option("--case", type=int, help="Run one case of one target here, unbounded, and say what is wrong.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("fuzz-findings"), show_default=True,
    help="Where the files of findings go.",
)  # fmt: skip
def main(minutes: float, seed: int, targets: tuple[str, ...], case: int | None, out: Path) -> None:
    """Fuzz the readers of untrusted files; exit 1 where something is found."""
    chosen = targets or tuple(TARGETS)
    if case is not None:
        one = Case(chosen[0], seed, case)
        place = keep(one, "", out)
        click.echo(f"files in {place}")
        click.echo(judged(one.prepared(place)).problem or "nothing wrong")
        return
    warm_up()
    tally, spent = Tally(), dict.fromkeys(chosen, 0.0)
    started = time.monotonic()
    while time.monotonic() < started + 60 * minutes:
        target = min(chosen, key=spent.__getitem__)
        known, began = set(tally.findings), time.monotonic()
        run_batch(target, seed, tally.cases[target], BATCH, tally)
        spent[target] += time.monotonic() - began
        for found in tally.findings.keys() - known:
            click.echo(f"FOUND {found.label}: {tally.findings[found].strip().splitlines()[-1][:200]}")
            keep(found, tally.findings[found], out)
    _report(tally)
    sys.exit(1 if tally.findings else 0)


def _report(tally: Tally) -> None:
    for target, cases in tally.cases.items():
        codes = {code: number for (of, code), number in tally.codes.items() if of == target}
        ends = ", ".join(f"{number} ended {code}" for code, number in sorted(codes.items(), key=str))
        found = sum(case.target == target for case in tally.findings)
        click.echo(f"{target:<10} {cases:>7} cases, {found} findings: {ends}")
    click.echo(f"{sum(tally.cases.values())} cases, {len(tally.findings)} findings")


if __name__ == "__main__":
    main()
