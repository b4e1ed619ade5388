"""Joins a Ray cluster, or starts one on this machine for the time of a run; quietly."""

from __future__ import annotations

import io
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from types import FrameType
from typing import Any

import bench

_SECONDS = 10.0
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


@contextmanager
def connected(address: str) -> Iterator[bool]:
    """Be a driver of the cluster at `address`; "" for one that this starts here, and stops.

    What Ray tells of its nodes is left out, and nothing gets to stdout, which is for data. A process that has
    joined a cluster already stays with that: False is given then, and else True.

    Raises:
        UserError: where no cluster answers.
    """
    with _quiet_environment():
        import ray  # noqa: PLC0415

        if ray.is_initialized():
            yield False
        else:
            with _joined(address):
                yield True


@contextmanager
def _joined(address: str) -> Iterator[None]:
    import ray  # noqa: PLC0415

    at_sigterm = signal.getsignal(signal.SIGTERM)
    with redirect_stdout(_WithoutRaylets()):
        _join(address)
        try:
            with _sigterm_as(at_sigterm):
                yield
        finally:
            ray.shutdown()


@contextmanager
def _quiet_environment() -> Iterator[None]:
    """Set what makes Ray quiet, where it is not set; what Ray itself sets, such as a mode, is gone later."""
    before = {name: value for name, value in os.environ.items() if name.startswith("RAY_")}
    os.environ.update(_QUIET | before)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("RAY_")]:
            del os.environ[name]
        os.environ.update(before)


class _WithoutRaylets(io.TextIOBase):
    """A stdout that is stderr, but for the reports of Ray's daemons, which are pages long."""

    def __init__(self) -> None:
        self._ends_report = False

    def write(self, text: str) -> int:
        """Write `text`, if it is not from a daemon nor the end of line after that."""
        is_end, self._ends_report = self._ends_report and text == "\n", "(raylet)" in text
        if not is_end and not self._ends_report:
            sys.stderr.write(text)
        return len(text)


def _join(address: str) -> None:
    import ray  # noqa: PLC0415

    _check_answers(address)
    local = {"include_dashboard": False} if not address else {}
    try:
        ray.init(address or "local", log_to_driver=False, logging_level=logging.CRITICAL, **local)
    except (ConnectionError, RuntimeError, ValueError) as error:
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise _unreachable(address, first) from None


@contextmanager
def _sigterm_as(handler: Any) -> Iterator[None]:
    """Handle SIGTERM by `handler`: Ray would put its own in that place, and raise another interrupt."""
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    heard: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        handler(number, frame)

    signal.signal(signal.SIGTERM, hear)
    try:
        yield
    except KeyboardInterrupt:
        if heard:
            handler(signal.SIGTERM, None)
        raise
    finally:
        signal.signal(signal.SIGTERM, handler)


def _check_answers(address: str) -> None:
    """Knock at HOST:PORT, since Ray itself waits long for one that is not there."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), _SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _unreachable(address, getattr(error, "strerror", None) or str(error)) from None


def _unreachable(address: str, why: str) -> bench.UserError:
    where = f" at {address}" if address else ""
    return bench.UserError(
        f"executor 'ray': no cluster{where}: {why}",
        "start one with `ray start --head`, or leave out --address for one on this machine alone; "
        "RAY_AUTH_MODE=token for one that asks for a token",
    )
