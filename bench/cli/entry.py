"""The entry point: runs a verb, prints errors, and chooses the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from bench.cli.group import VerbGroup
from bench.errors import UserError


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(package_name="prunebench", prog_name="prunebench")
def cli() -> None:
    """Run pruning methods against each other on equal terms, and publish what came out.

    \b
    bench run digits           train, prune, fine-tune and measure; resumes by itself
    bench board build          a page, tables and downloads from the records
    bench list pruners         what there is to compare
    """  # noqa: D301 - \b is click's mark for lines that are not to be wrapped


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a trial failed, 2 the user's error, 130 interrupted."""
    sys.exit(invoke(arguments))


def invoke(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are printed, never traced."""
    try:
        code = cli.main(
            list(arguments) if arguments is not None else None, prog_name="bench", standalone_mode=False
        )
    except UserError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 2
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "bench"
        click.echo(f"error: {error.format_message()}\nhint: see `{command} --help`", err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted: what is done is stored; run the same command again to go on", err=True)
        return 130
    return code if isinstance(code, int) else 0
