"""`bench records migrate`: a store that an older prunebench wrote, made one that this one reads."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bench.cli.options import json_option, store_option


@click.command("migrate")
@store_option
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@json_option
def command(store: Path, *, dry_run: bool, as_json: bool) -> int:
    """Bring records of older schemas up to the present one, loose ones, failures and packs.

    Each file is replaced as a whole or left alone: stop whenever you like, and run the same command to go
    on. Exit 1 where a file was left because it is newer, or holds no record.
    """
    from tqdm import tqdm  # noqa: PLC0415

    from bench.store.migrating import files_of, migrate  # noqa: PLC0415
    from bench.store.record import RECORD_SCHEMA  # noqa: PLC0415

    files = files_of(store)
    with tqdm(total=len(files), unit="file", disable=None, dynamic_ncols=True) as bar:
        found = migrate(store, files, dry_run=dry_run, tell=bar.update)
    if as_json:
        click.echo(json.dumps({"schema": RECORD_SCHEMA, "dry_run": dry_run, **found.plain()}, indent=1))
    elif dry_run:
        for name in found.files:
            click.echo(name)
    for line in found.left:
        click.echo(f"left as it is: {line}", err=True)
    if not found.files:
        said = f"nothing to do: {found.current} records have schema {RECORD_SCHEMA}"
    else:
        would = "would be brought" if dry_run else "brought"
        said = (
            f"{found.migrated} records in {len(found.files)} files {would} up to schema {RECORD_SCHEMA}, "
            f"{found.current} had it"
        )
    click.echo(said, err=True)
    return 1 if found.left else 0
