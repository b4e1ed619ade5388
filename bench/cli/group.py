"""A click group whose commands are modules, imported only when they are needed."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from bench.cli.faults import reader_may_go
from bench.errors import UserError
from bench.registry.suggest import did_you_mean

VERBS = MappingProxyType(
    {
        "run": "Run a suite: train, prune, fine-tune, measure; finished trials are not run again.",
        "plan": "Show what would run, what is cached, and what failed before.",
        "list": "List components, suites and plugins.",
        "claims": "Hold what a suite's sources say against its records; --check exits 1 where a claim fails.",
        "show": "Show a component, a suite, or a plugin in full.",
        "records": "List, show, export, pack, verify and migrate records.",
        "board": "Build the leaderboard, look at it; check submissions to it and published tables.",
        "plugins": "List, check and start plugins.",
        "doctor": "Check the installation, the plugins, the device and the store.",
    }
)


class VerbGroup(click.Group):
    """The top-level group; `--help` shows the verbs without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of a user's day."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and take its `command`."""
        if cmd_name not in VERBS:
            raise UserError(f"unknown command '{cmd_name}'", did_you_mean(cmd_name, VERBS))
        command = import_module(f"bench.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """Read the command line; it ends quietly where nobody reads its help."""
        with reader_may_go():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; it ends quietly where nobody reads its output."""
        with reader_may_go():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their one-line help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))
