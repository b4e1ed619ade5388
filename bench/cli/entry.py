"""The entry point: runs a verb, prints errors, and chooses the exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

import click

from bench.cli.faults import environment_fault
from bench.cli.group import VerbGroup
from bench.errors import UserError

_INTERRUPTED = "interrupted: what is done is stored; run the same command again to go on"


class _Terminated(KeyboardInterrupt):
    """SIGTERM: a scheduler asks for the end, and gets it as Ctrl-C does."""


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
    """Run the command line and exit.

    0 done, 1 a trial or claim failed, 2 the user's error, 130 interrupted, 143 terminated, 141 where the
    reader of the output is gone.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if isinstance(sys.stdout, TextIOWrapper):  # a path may be no text, and an old terminal know few letters
        is_utf8 = sys.stdout.encoding.lower() in ("utf-8", "utf8")
        sys.stdout.reconfigure(errors="surrogateescape" if is_utf8 else "backslashreplace")
    try:
        code = invoke(arguments)
    except KeyboardInterrupt:  # a second one, while the first was answered
        code = 128 + signal.SIGINT
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        code = _emptied(stream, code)
    sys.exit(code)


def invoke(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; errors are printed, never traced."""
    try:
        code = cli.main(
            list(arguments) if arguments is not None else None, prog_name="bench", standalone_mode=False
        )
    except UserError as error:
        return _said(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        return _said(error.ctx.get_help() if error.ctx else "", 2)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "bench"
        return _said(f"error: {error.format_message()}\nhint: see `{command} --help`", 2)
    except (KeyboardInterrupt, click.Abort) as error:
        terminated = isinstance(error.__cause__, _Terminated) or isinstance(error, _Terminated)
        return _said(_INTERRUPTED, 128 + (signal.SIGTERM if terminated else signal.SIGINT))
    except OSError as error:
        fault = environment_fault(error)
        if fault is None:
            raise
        return _said(str(fault), fault.exit_code)
    return code if isinstance(code, int) else 0


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Terminated


def _said(text: str, code: int) -> int:
    """Say why the command ends, if anybody can hear it, and with which code."""
    with suppress(OSError):
        click.echo(text, err=True)
    return code


def _emptied(stream: TextIO | None, code: int) -> int:
    """Write out what a stream still holds, or drop it, which Python would complain of; and the exit code."""
    if stream is None:
        return code
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        fault = environment_fault(error)
        return _said(str(fault), fault.exit_code) if fault and not code else code
    return code
