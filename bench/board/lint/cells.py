"""Cells of published tables: "93.77", "+0.24", "17.56 M (68.70 %)", "8.92x", "**93.1 ± 0.2**"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bench.board.lint.ranges import Range

SUFFIXES = {"": 0, "k": 3, "m": 6, "g": 9, "b": 9, "t": 12}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_CELL = re.compile(
    rf"""(?P<sign>[+-]?)\s*(?P<number>{_NUMBER})(?:e(?P<exponent>[+-]?\d{{1,2}}))?
    \s*(?:(?P<suffix>[kmbgt])(?:\s*(?:params?|parameters|flops|macs?))?|(?P<percent>%)|(?P<times>x|times))?
    \s*(?:\+/-\s*(?:{_NUMBER})\s*%?)?
    \s*(?:\(\s*(?:(?P<share>{_NUMBER})\s*%|(?:\+/-\s*)?(?:{_NUMBER})|n\s*=\s*\d+)\s*\))?""",
    re.VERBOSE,
)
_PLAIN = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u00d7": "x", "\u00b1": "\0", "\u00a0": " ", "\u202f": " "}
)
_DECORATION = re.compile(r"[*_$`~\\{}\u2191\u2193\u2248]")
_EMPTY = frozenset({"", "-", "--", "---", "\u2013", "\u2014", "n/a", "na", "nan", "none", "/", "?"})


@dataclass(frozen=True)
class Reading:
    """A number as it was printed.

    `value` is known to within `half`; `percent` says that it is marked as one. `suffix` is the letter k, m,
    g, b or t, which is multiplied in; `share` the percentage in parentheses, as a fraction.
    """

    value: Decimal
    half: Decimal
    percent: bool = False
    suffix: str = ""
    share: Range | None = None


def is_empty(text: str) -> bool:
    """Whether a cell says that there is no number."""
    return text.strip().lower() in _EMPTY


def read_cell(text: str) -> Reading | None:
    """The number in a cell; None where it holds none, or anything else besides.

    The digits tell how exact a number is: 93.77 is all from 93.765 to 93.775, 17.56 M all within 5,000. Zeros
    at the end of a whole number of four digits and more count as rounded: 11,690,000 is known to within
    5,000. Standard deviations behind ± or in parentheses are passed over.
    """
    plain = text.translate(_PLAIN).replace("\\pm", "\0").replace("\\times", "x")
    plain = _DECORATION.sub("", plain).replace("\0", "+/-").strip().lower()
    match = _CELL.fullmatch(plain)
    if match is None:
        return None
    digits = match["number"].replace(",", "")
    power = int(match["exponent"] or 0) + SUFFIXES[match["suffix"] or ""]
    scale = Decimal(10) ** power
    half = _half(digits, bare=not (match["suffix"] or match["percent"] or match["times"]))
    return Reading(
        value=Decimal(match["sign"] + digits) * scale,
        half=half * scale,
        percent=match["percent"] is not None,
        suffix=match["suffix"] or "",
        share=_share(match["share"]),
    )


def _half(digits: str, *, bare: bool) -> Decimal:
    whole, point, decimals = digits.partition(".")
    zeros = len(whole) - len(whole.rstrip("0"))
    if bare and not point and len(whole) >= 4 and zeros < len(whole):
        return Decimal(10) ** zeros / 2
    return Decimal(10) ** -len(decimals) / 2


def _share(digits: str | None) -> Range | None:
    if digits is None:
        return None
    plain = digits.replace(",", "")
    return Range.of(Decimal(plain) / 100, _half(plain, bare=False) / 100)
