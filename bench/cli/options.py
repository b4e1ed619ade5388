"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from bench.registry.catalog import Catalog
    from bench.registry.origin import Selection

Command = TypeVar("Command", bound=Callable[..., Any])


def with_plugins(command: Command) -> Command:
    """Add the plugin options; the command gets them as `plugins`, a `Selection`."""

    @click.option(
        "--plugins",
        "which",
        type=click.Choice(["all", "builtin", "none"]),
        default="all",
        show_default=True,
        help="Which plugins to load.",
    )
    @click.option("--strict-plugins", is_flag=True, help="Stop at a plugin that cannot be used.")
    @click.option(
        "--plugin-file",
        "files",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="A Python file to load as a plugin, for a quick try; may be given again.",
    )
    @wraps(command)
    def with_selection(
        *arguments: Any, which: Any, strict_plugins: bool, files: tuple[Path, ...], **rest: Any
    ) -> Any:
        from bench.registry.origin import Selection  # noqa: PLC0415

        selection = Selection(
            which, disabled_plugins(), strict_plugins, tuple(path.absolute() for path in files)
        )
        return command(*arguments, plugins=selection, **rest)

    return cast("Command", with_selection)


def disabled_plugins() -> tuple[str, ...]:
    """The names in `BENCH_DISABLE_PLUGINS`, parted by commas."""
    return tuple(
        name.strip() for name in os.environ.get("BENCH_DISABLE_PLUGINS", "").split(",") if name.strip()
    )


def load_catalog(plugins: Selection) -> Catalog:
    """The catalog, with a line on stderr for what cannot be used."""
    from bench.registry.loader import load_plugins  # noqa: PLC0415

    return load_plugins(plugins, lambda line: click.echo(f"warning: {line}", err=True))


store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="BENCH_STORE",
    default=Path("bench-store"),
    show_default="BENCH_STORE, or ./bench-store",
    help="The folder of records and artifacts.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change the grid or a recipe: seed=0,1 or recipe.train.epochs=2; part of the spec.",
)
only_option = click.option(
    "--only",
    multiple=True,
    metavar="KEY=VALUE",
    help="Only trials whose spec has this value: pruner=magnitude.",
)
device_option = click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), help="Worker processes.  [default: one a core on a CPU, one on a GPU]"
)
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="BENCH_DATA",
    help="Where data sets are looked for and kept.  [default: BENCH_DATA, or the user's cache folder]",
)
download_option = click.option("--download", is_flag=True, help="Let tasks download missing data.")
