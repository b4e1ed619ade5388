"""Where a worker process begins; light, so that the supervisor can name it without importing torch."""

from __future__ import annotations

import io
import os
import sys
from multiprocessing.connection import Connection
from typing import Any


def serve(pipe: Connection, settings: dict[str, Any]) -> None:
    """Run the worker in this process; what a plugin prints goes to stderr, since stdout is for data.

    It goes there line by line: a worker may be ended at any moment.
    """
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    from bench.runner.worker import main  # noqa: PLC0415

    main(pipe, settings)
