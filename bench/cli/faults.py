"""Faults of the machine that no verb foresees: a full disk under the output, a folder not to be written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bench.errors import UserError

READER_GONE = 128 + 13  # SIGPIPE, as shells count it
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
_OTHERS = (errno.EIO, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)
_MANY = (errno.EMFILE, errno.ENFILE)


def environment_fault(error: OSError) -> UserError | None:
    """What a user is told of `error`, or None where it is no fault of the machine's.

    An error that names no file is the output's, for files are opened before they are written.
    """
    if error.errno in _FULL:
        hint = "make room, then run the same command again"
    elif error.errno in _CLOSED:
        hint = "mend the permissions, or name another folder"
    elif error.errno in _OTHERS:
        hint = "name another folder, or mend this one"
    elif error.errno in _MANY:
        hint = "allow more open files with `ulimit -n`, or run fewer workers with --jobs"
    else:
        return None
    where = "the output" if error.filename is None else str(error.filename)
    return UserError(f"{where}: {error.strerror}", hint)


@contextmanager
def reader_may_go() -> Iterator[None]:
    """End the command quietly where the reader of its output has seen enough, as `head` has."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(READER_GONE) from None
