"""Text from records, made fit to be shown: records are written by strangers."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def plain_text(value: object, longest: int = LONGEST) -> str:
    """`value` on one line: no control, invisible or direction-changing characters, cut at `longest`."""
    text = str(value)[: 4 * longest]
    if len(text) <= longest and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def slug(value: object, longest: int = 40) -> str:
    """`value` as a part of a file name: lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(value)[: 4 * longest].lower()).strip("-")[:longest] or "unnamed"
