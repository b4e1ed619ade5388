"""Two callables timed side by side: alternating order, processor time, the ratio of each round."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Race:
    """Rounds of a pair; a ratio is the first one's time over the second one's."""

    first: Callable[[], object]
    second: Callable[[], object]
    clock: Callable[[], float] = time.process_time
    times: list[tuple[float, float]] = field(default_factory=list)

    def round(self) -> None:
        """Run both once; which goes first alternates from round to round."""
        if len(self.times) % 2:
            later = self._time(self.second)
            self.times.append((self._time(self.first), later))
        else:
            self.times.append((self._time(self.first), self._time(self.second)))

    def ratio(self, warmups: int = 0) -> dict[str, float]:
        """Return the median and the quartiles of the rounds' ratios, those of the warm-ups left out."""
        ratios = [first / second for first, second in self.times[warmups:]]
        if len(ratios) == 1:
            ratios *= 2
        low, median, high = quantiles(ratios, n=4, method="inclusive")
        return {"ratio": median, "low": low, "high": high}

    def _time(self, side: Callable[[], object]) -> float:
        start = self.clock()
        side()
        return self.clock() - start
