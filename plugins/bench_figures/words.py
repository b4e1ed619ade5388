"""Words on figures: titles of columns, values as text, and texts that mean nothing to matplotlib."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font

_TITLES = {
    "accuracy": "Accuracy",
    "accuracy_pruned": "Accuracy before fine-tuning",
    "accuracy_dense": "Dense accuracy",
    "loss": "Loss",
    "mse": "Mean squared error",
    "mse_by_units": "Mean squared error",
    "loss_by_units": "Loss",
    "accuracy_by_units": "Accuracy",
    "units_kept": "Units kept",
    "spectral_error": "Spectral-norm error",
    "frobenius_error": "Frobenius-norm error",
    "macs": "Multiply-accumulates",
    "over_realisation": "Over-realisation",
    "sparsity": "Sparsity",
}
_PREFIXES = re.compile(
    r"^(spec|metrics|params|task_params|model_params|parametrization_params|recipe|curves)\."
)
_TWO = re.compile(r"(\S+)\s+([-/])\s+(\S+)")
_LONGEST = 80
MINUS = "\N{MINUS SIGN}"


def title_of(name: str) -> str:
    """The title of a quantity or a column: "spec.params.k" is "k", "a_dense / a" both with a sign."""
    two = _TWO.fullmatch(name.strip())
    if two is not None:
        first, sign, second = two.groups()
        return f"{title_of(first)} {MINUS if sign == '-' else '/'} {small(title_of(second))}"
    while _PREFIXES.match(name):
        name = _PREFIXES.sub("", name)
    if name in _TITLES:
        return _TITLES[name]
    words = name.replace("_", " ").replace(".", " ").replace("-", " ")
    return words if len(words) == 1 else words[:1].upper() + words[1:]


def said(value: Any, title: str = "") -> str:
    """A value as a label; a number is told with its column's `title`, if it is given one."""
    if isinstance(value, str):
        return value
    text = f"{value:g}"
    return f"{title} {text}" if title else text


def small(title: str) -> str:
    """A title as it stands within a line: its first letter small, unless it is an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def inert(label: object) -> str:
    """`label` cut to size, without what matplotlib reads as mathematics or as 'not in the legend'.

    Characters that the font does not have become question marks.
    """
    known = _glyphs()
    text = "".join(char if ord(char) in known and char.isprintable() else "?" for char in str(label))
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=["DejaVu Sans"]))).get_charmap())
