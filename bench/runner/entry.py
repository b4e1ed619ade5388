"""Where a worker process begins; light, so that the supervisor can name it without importing torch."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any


def serve(pipe: Connection, settings: dict[str, Any]) -> None:
    """Run the worker in this process."""
    from bench.runner.worker import main  # noqa: PLC0415

    main(pipe, settings)
