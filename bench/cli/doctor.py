"""`bench doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import json_option, load_catalog, store_option, with_plugins

if TYPE_CHECKING:
    from bench.registry.origin import Selection


@click.command()
@store_option
@json_option
@with_plugins
def command(store: Path, plugins: Selection, *, as_json: bool) -> int:
    """Check the installation, plugins, device, store and data folder; exit 1 if something is wrong."""
    from bench.runner.checkup import checkup  # noqa: PLC0415

    findings = checkup(load_catalog(plugins), store)
    if as_json:
        rows = [{"check": found.check, "ok": found.ok, "detail": found.detail} for found in findings]
        click.echo(json.dumps(rows, indent=1))
    else:
        width = max(len(found.check) for found in findings)
        for found in findings:
            click.echo(f"{'ok  ' if found.ok else 'BAD '} {found.check:<{width}}  {found.detail}")
    return 0 if all(found.ok for found in findings) else 1
