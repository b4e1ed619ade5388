"""`bench board serve`: a look at a board as Pages would show it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.building import built_board
from bench.cli.options import load_catalog, with_plugins

if TYPE_CHECKING:
    from bench.registry.origin import Selection


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--store", type=click.Path(path_type=Path), help="Build this store's board first, without figures."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."
)
@with_plugins
def serve(folder: Path | None, store: Path | None, port: int, plugins: Selection) -> None:
    """Serve a built board on this machine alone, until Ctrl-C.

    FOLDER is what `bench board build` wrote, by default site; with --store, it is where to build, by
    default a folder that goes away again.
    """
    from bench.board.serve import address, server  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="bench-board-") as temporary:
        place = folder or Path(temporary if store else "site")
        if store:
            built_board(store, place, load_catalog(plugins), figures=False)
        try:
            with server(place, port) as running:
                click.echo("Ctrl-C stops it", err=True)
                click.echo(address(running))
                running.serve_forever()
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None
