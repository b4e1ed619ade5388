"""Attributes what a component raises to that component."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.errors import TrialFault, Unsupported


@contextmanager
def blamed(component: str, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Run a component's code; what it raises becomes a `TrialFault` that names it.

    That holds for running out of memory and for `sys.exit` too, which would end the worker. Only
    `Unsupported`, which is no fault, and what is in `passing` go through as they are.
    """
    try:
        yield
    except (TrialFault, Unsupported):
        raise
    except passing:
        raise
    except (Exception, SystemExit) as error:
        lines = str(error).strip().splitlines()
        words = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        raise TrialFault(component, f"raised {words}") from error
