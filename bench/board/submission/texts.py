"""Texts of a record: plain, short, and names where names are due. Records are written by strangers."""

from __future__ import annotations

import re
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
    for key, value in plain.items():
        yield from _looked_at(value, (key,))


def _looked_at(value: Any, place: tuple[str, ...]) -> list[Complaint]:
    """What is wrong with the texts in `value`, keys too."""
    if isinstance(value, str):
        is_name = place[0] not in _FREE or ".".join(place) in _NAMES
        return _judged(value, _wrong_name(value) if is_name else _wrong_text(value), place)
    if isinstance(value, dict):
        keys = () if _are_names(tuple(value)) else value
        found = [one for key in keys for one in _judged(key, _wrong_name(key), place, ": a key")]
        for key, item in value.items():
            if isinstance(item, _HOLDERS):
                found += _looked_at(item, (*place, key))
        return found
    if isinstance(value, list):
        return [one for item in value if isinstance(item, _HOLDERS) for one in _looked_at(item, place)]
    return []


def _judged(text: str, fault: str, place: tuple[str, ...], what: str = "") -> list[Complaint]:
    if not fault:
        return []
    where = quoted(".".join([place[0], *(quoted(part, 40) for part in place[1:])]) + what)
    return [Complaint(f"{where}: {fault}: '{quoted(text, 40)}'", _HINT)]


@lru_cache(maxsize=1000)
def _are_names(keys: tuple[str, ...]) -> bool:
    return not any(map(_wrong_name, keys))


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
