"""Texts of a record: plain, short, and names where names are due. Records are written by strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bench.board.submission.problems import Complaint, Complaints, quoted

LONGEST_TEXT = 500
TYPOGRAPHIC = "·±°²³µ®™—…“”≤≥≠≈√λ\u00d7\u2013\u2212\u2018\u2019"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:+-]{0,99}")
_PLAIN = re.compile(rf"[ -~{TYPOGRAPHIC}]*")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;|\{\{|\{%|\$\{|`|\bon\w+\s*=")
_ADDRESS = re.compile(r"(javascript|vbscript|data|file|https?)\s*:|//", re.IGNORECASE)
_PATH = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\~]|^[A-Za-z]:[/\\]")
_FORMULA = re.compile(r"^\s*[=@]|^\s*[+-]\s*[A-Za-z(]")
_REFUSED = (
    (_MARKUP, "markup"),
    (_ADDRESS, "an address"),
    (_PATH, "a path"),
    (_FORMULA, "a formula"),
)
_HINT = "submit the record as prunebench wrote it"
_HOLDERS = (str, dict, list)
_FREE = ("env", "unmeasured", "spec")
_KINDS = ("task", "model", "parametrization", "pruner", "schedule", "matched_to.name", "measures.name")
_NAMES = frozenset(f"spec.{kind}" for kind in _KINDS)


def text_complaints(plain: dict[str, Any]) -> Complaints:
    """Texts of a plain record that are no plain words: markup, addresses, paths, letters that deceive.

    Names, such as those of suites, components, metrics and layers, are ASCII letters, digits and
    `._:+-`; what is told of the machine, reasons and parameters may be any printable line of up to 500
    characters of ASCII and a few typographic signs.
    """
    for place, text, is_name in texts(plain):
        wrong = _wrong_name(text) if is_name else _wrong_text(text)
        if wrong:
            yield Complaint(f"{quoted(place)}: {wrong}: '{quoted(text, 40)}'", _HINT)


def texts(plain: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """All texts of a plain record, keys too: place, text, and whether it must be a name."""
    for key, value in plain.items():
        free = key in _FREE
        yield from _texts(value, key, free=free)


def _texts(value: Any, place: str, *, free: bool) -> Iterator[tuple[str, str, bool]]:
    if isinstance(value, str):
        yield place, value, not free or place in _NAMES
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{place}: a key", key, True
            if isinstance(item, _HOLDERS):
                yield from _texts(item, f"{place}.{quoted(key, 40)}", free=free)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, _HOLDERS):
                yield from _texts(item, place, free=free)


@lru_cache(maxsize=100_000)
def _wrong_name(text: str) -> str:
    if len(text) > 100:
        return f"a name of {len(text)} characters"
    if not _NAME.fullmatch(text) or ".." in text:
        return "not a plain name"
    return _refused(text)


@lru_cache(maxsize=100_000)
def _wrong_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"a text of {len(text)} characters"
    if not _PLAIN.fullmatch(text):
        return "characters beyond plain print"
    return _refused(text)


def _refused(text: str) -> str:
    return next((name for pattern, name in _REFUSED if pattern.search(text)), "")
