"""The options of `bench run` that say where trials run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from bench.errors import UserError

if TYPE_CHECKING:
    from bench.registry.catalog import Catalog


def executor_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--executor`, `--executor-set` and `--address`."""
    for option in (
        click.option("--address", metavar="ADDR", help="The cluster: short for --executor-set address=ADDR."),
        click.option(
            "--executor-set",
            multiple=True,
            metavar="KEY=VALUE",
            help="A parameter of the executor, as `bench show NAME` lists them; may be given again.",
        ),
        click.option(
            "--executor",
            metavar="NAME",
            default="local",
            show_default=True,
            help="Where trials run: a name of `bench list executors`.",
        ),
    ):
        command = option(command)
    return command


def executor_params(catalog: Catalog, name: str, pairs: Sequence[str], address: str | None) -> dict[str, Any]:
    """The parameters of the executor `name` that the command line gives, checked.

    Raises:
        UserError: for an unknown executor, one whose requirements are not installed, an unknown parameter
            or a bad value.
    """
    from bench.runner.executors import executor  # noqa: PLC0415
    from bench.suite.settings import parse_value  # noqa: PLC0415

    params: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UserError(f"--executor-set {pair}: not KEY=VALUE", "for example --executor-set cpus=2")
        params[key.strip()] = parse_value(text)
    if address is not None:
        params["address"] = address
    executor(catalog, name, params)
    return params
