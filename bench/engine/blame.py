"""Attributes what a component raises to that component."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.errors import TrialFault, Unsupported, UserError


@contextmanager
def blamed(component: str) -> Iterator[None]:
    """Run a component's code; what it raises becomes a `TrialFault` that names it.

    `Unsupported`, `UserError` and running out of memory are no faults and pass.
    """
    try:
        yield
    except (TrialFault, Unsupported, UserError, MemoryError):
        raise
    except Exception as error:
        if type(error).__name__ == "OutOfMemoryError":
            raise
        lines = str(error).strip().splitlines()
        words = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        raise TrialFault(component, f"raised {words}") from error
