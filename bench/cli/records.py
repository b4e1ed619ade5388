"""`bench records list|show|export|pack|verify|migrate`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.migrate import command as migrate
from bench.cli.options import json_option, store_option
from bench.cli.verify import command as verify
from bench.errors import UserError

if TYPE_CHECKING:
    from bench.store.record import Record

suite_option = click.option("--suite", help="Only records of this suite.")


@click.group()
def command() -> None:
    """Look at records, pack them, and take them elsewhere; packs and loose files read alike."""


@command.command("list")
@store_option
@suite_option
@click.option(
    "--status",
    type=click.Choice(["ok", "failed", "oom", "timeout", "unsupported", "all"]),
    default="ok",
    show_default=True,
)
@json_option
def list_records(store: Path, suite: str | None, status: str, *, as_json: bool) -> None:
    """List records, a line each."""
    found = [record for record in _with_failures(store, suite) if status in ("all", record.status)]
    if as_json:
        click.echo(json.dumps([_row(record) for record in found], indent=1))
        return
    for record in found:
        row = _row(record)
        click.echo(f"{record.trial_id[:12]}  {record.status:<11}  {row['cell']}  {row['said']}")


@command.command("show")
@click.argument("trial_id")
@store_option
def show_record(trial_id: str, store: Path) -> None:
    """Print one record as JSON; the first letters of its id are enough."""
    found = [record for record in _with_failures(store, None) if record.trial_id.startswith(trial_id)]
    if not found:
        raise UserError(
            f"{store}: no record begins with '{trial_id}'", "see `bench records list --status all`"
        )
    if len({record.trial_id for record in found}) > 1:
        raise UserError(f"{len(found)} records begin with '{trial_id}'", "give more letters")
    click.echo(json.dumps(found[0].plain(), indent=1))


@command.command("export")
@store_option
@suite_option
@click.option(
    "--format",
    "as_format",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
)
def export_records(store: Path, suite: str | None, as_format: str) -> None:
    """Write all records to stdout; tables leave out curves, traces and layers, which jsonl has."""
    from bench.board.frame import flat, tidy  # noqa: PLC0415
    from bench.store.reading import read_records  # noqa: PLC0415

    records = sorted(read_records(store, suite), key=lambda record: record.trial_id)
    if as_format == "jsonl":
        for record in records:
            click.echo(json.dumps(record.plain()))
        return
    frame = flat(tidy(records))
    if as_format == "csv":
        click.echo(str(frame.to_csv(index=False)), nl=False)
        return
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False)
    except ImportError:
        raise UserError("parquet needs pyarrow", "pip install 'prunebench[parquet]'") from None
    click.echo(buffer.getvalue(), nl=False)


@command.command("pack")
@store_option
@suite_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder to write to.  [default: STORE/packs]"
)
@click.option(
    "--without", type=click.Path(path_type=Path), help="Leave out trials that this store or folder has."
)
@json_option
def pack_records(
    store: Path, suite: str | None, out: Path | None, without: Path | None, *, as_json: bool
) -> None:
    """Fold the records of each suite into one compressed file with reproducible bytes."""
    from bench.store.atomic import write_atomically  # noqa: PLC0415
    from bench.store.packing import pack_bytes  # noqa: PLC0415
    from bench.store.reading import PACK_SUFFIX, read_records  # noqa: PLC0415

    there = {_key(record) for record in read_records(without, suite)} if without else set()
    by_suite: dict[str, list[Record]] = {}
    for record in read_records(store, suite):
        if _key(record) not in there:
            by_suite.setdefault(record.suite.name, []).append(record)
    if there and not by_suite:
        raise UserError(
            f"{store}: all of its records are in {without}", "run further seeds, or another suite"
        )
    if not by_suite:
        raise UserError(f"{store}: no records to pack", "run a suite first")
    written = []
    for name, records in sorted(by_suite.items()):
        path = (out or store / "packs") / f"{name}{PACK_SUFFIX}"
        try:
            write_atomically(path, pack_bytes(records))
        except OSError as error:
            raise UserError(
                f"{path}: cannot be written: {error.strerror}", "name another folder with --out"
            ) from None
        written.append({"suite": name, "records": len(records), "path": str(path)})
    if as_json:
        click.echo(json.dumps(written, indent=1))
        return
    for row in written:
        click.echo(f"{row['path']}: {row['records']} records")


command.add_command(migrate)
command.add_command(verify)


def _key(record: Record) -> tuple[str, str]:
    return record.suite.name, record.trial_id


def _with_failures(store: Path, suite: str | None) -> Iterator[Record]:
    from bench.store.layout import Layout  # noqa: PLC0415
    from bench.store.reading import read_records  # noqa: PLC0415

    yield from read_records(store, suite)
    failures = Layout(store).failures
    if failures.is_dir():
        yield from read_records(failures, suite)


def _row(record: Record) -> dict[str, object]:
    spec = record.spec
    accuracy = record.metrics.get("accuracy")
    said = (
        record.error.message if record.error else f"accuracy {accuracy:.4f}" if accuracy is not None else ""
    )
    return {
        "trial_id": record.trial_id,
        "status": record.status,
        "suite": record.suite.name,
        "cell": f"{spec.task} {spec.model} {spec.pruner} sparsity {spec.sparsity:g} seed {spec.seed}",
        "said": said.splitlines()[0] if said else "",
    }
