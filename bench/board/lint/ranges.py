"""Ranges of exact decimals: all that a number may be that was printed with so many digits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_ENDLESS = Decimal("Infinity")


@dataclass(frozen=True)
class Range:
    """All values from `low` to `high`; `middle` is the one that stands for them in a message.

    Quotients are of ranges that are not negative; one by a range that reaches 0 has no upper end.
    """

    low: Decimal
    middle: Decimal
    high: Decimal

    @classmethod
    def of(cls, value: Decimal, half: Decimal = Decimal(0)) -> Range:
        """The values within `half` of `value`."""
        return cls(value - half, value, value + half)

    def __sub__(self, other: Range) -> Range:
        return Range(self.low - other.high, self.middle - other.middle, self.high - other.low)

    def __truediv__(self, other: Range) -> Range:
        return Range(
            _quotient(self.low, other.high),
            _quotient(self.middle, other.middle),
            _quotient(self.high, other.low),
        )

    def meets(self, other: Range) -> bool:
        """Whether one number can be both."""
        return self.low <= other.high and other.low <= self.high

    def above(self, other: Range) -> bool:
        """Whether every value is larger than each of `other`."""
        return self.low > other.high


ONE = Range.of(Decimal(1))


def _quotient(above: Decimal, below: Decimal) -> Decimal:
    return above / below if below > 0 else _ENDLESS
