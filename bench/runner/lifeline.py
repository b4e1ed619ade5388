"""A worker lives no longer than its supervisor, whatever it is at."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_LOOK_AGAIN = 0.02  # seconds


class Lifeline:
    """Ends this process at once when the supervisor's end of the pipe closes, unless it is `idle`.

    A supervisor that was killed has given up its claims: what its workers are at is then another's to do, and
    they must not write it any more. An idle worker finds the end of the pipe by itself, and ends in order.
    """

    def __init__(self, pipe: Connection) -> None:
        self._is_busy = True
        threading.Thread(target=self._watch, args=(pipe.fileno(),), daemon=True).start()

    @contextmanager
    def idle(self) -> Iterator[None]:
        """While the worker waits for its supervisor."""
        self._is_busy = False
        try:
            yield
        finally:
            self._is_busy = True

    def _watch(self, descriptor: int) -> None:
        pipe = select.poll()
        pipe.register(descriptor, 0)  # the end of the pipe is told unasked
        pipe.poll()
        while True:
            if self._is_busy:
                os._exit(0)
            time.sleep(_LOOK_AGAIN)
