"""A queue that holds one piece of work, which another process has handed out."""

from __future__ import annotations

from bench.runner.jobs import Queue
from bench.runner.work import WorkItem


class Parted(Exception):  # noqa: N818 - no fault
    """What was gathered cannot be done together; whoever handed it out may hand out its parts."""


class OneItem(Queue):
    """The one piece of work `item`; all that it waits for is there."""

    def __init__(self, item: WorkItem) -> None:
        super().__init__((), lambda _: False, banks=item.bank is not None)
        self._rewinds.update(zip((trial.stages.train for trial in item.trials), item.epochs, strict=False))
        self.take_back(item)

    def part(self, item: WorkItem) -> None:
        """Give it back.

        Raises:
            Parted: always.
        """
        raise Parted(item.bank)
