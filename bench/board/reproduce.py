"""The command that runs a contestant's trials again: which `--only` pairs choose them, and no others."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bench.suite.settings import parse_value

if TYPE_CHECKING:
    from pandas import DataFrame

_FIRST = ("spec.task", "spec.model", "spec.pruner")
_REPEATED = ("spec.seed", "spec.sparsity", "spec.measures", "spec.matched_to")
_LONGEST = 200
_Contestant = tuple[str, str]
_Values = Mapping[str, str | None]


def only_pairs(frame: DataFrame) -> dict[_Contestant, tuple[str, ...]]:
    """For each (cell, entry) of one suite's tidy frame, the `--only` pairs that choose its trials.

    Task, model and pruner always; then, one by one, what parts the entry from most of those that are
    still chosen with it. Where no value of a spec tells two entries apart, as where only a component's
    version differs, the pairs choose both.
    """
    fixed = _fixed(frame)
    return {own: _pairs(own, fixed) for own in fixed}


def command(suite: str, pairs: Sequence[str]) -> str:
    """The line for a POSIX shell that runs the suite's trials with these values."""
    words = ["bench", "run", suite, *(word for pair in pairs for word in ("--only", pair))]
    return " ".join(shlex.quote(word) for word in words)


def _fixed(frame: DataFrame) -> dict[_Contestant, dict[str, str | None]]:
    """What all trials of a contestant share of their specs, as text; None cannot be written."""
    whose = list(zip(frame["cell"].astype(str), frame["entry"].astype(str), strict=True))
    found: dict[_Contestant, dict[str, set[str | None]]] = {own: {} for own in whose}
    for key in map(str, frame.columns):
        if not key.startswith("spec.") or key in _REPEATED:
            continue
        texts = [_shown(value) for value in frame[key]] if key in _FIRST or _varies(frame[key]) else []
        for own, text in zip(whose, texts, strict=False):
            found[own].setdefault(key, set()).add(text)
    return {
        own: {key: next(iter(texts)) for key, texts in keys.items() if len(texts) == 1}
        for own, keys in found.items()
    }


def _varies(column: Any) -> bool:
    return bool(column.nunique(dropna=False) > 1)


def _pairs(own: _Contestant, fixed: Mapping[_Contestant, _Values]) -> tuple[str, ...]:
    mine = fixed[own]
    others = [values for one, values in fixed.items() if one != own]
    usable = [key for key, value in mine.items() if value is not None]
    chosen = [key for key in _FIRST if key in usable]
    others = [values for values in others if all(values.get(key) == mine[key] for key in chosen)]
    while others:
        gains = {key: sum(values.get(key) != mine[key] for values in others) for key in usable}
        best = max(gains, key=lambda key: (gains[key], -len(key)), default="")
        if not gains.get(best):
            break
        chosen.append(best)
        others = [values for values in others if values.get(best) == mine[best]]
    return tuple(f"{key.removeprefix('spec.')}={mine[key]}" for key in chosen)


def _shown(value: Any) -> str | None:
    """A value of a spec as `--only` reads it; None where it cannot be written so."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is nothing
        return "none"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if not isinstance(value, str):
        return str(value).lower()
    if len(value) > _LONGEST or not value.isprintable() or "{" in value:
        return None
    return value if value.startswith("[") or _is_bare(value) else json.dumps(value)


@lru_cache(maxsize=10_000)
def _is_bare(word: str) -> bool:
    """Whether it is read as the text that it is, without quotes."""
    return bool(parse_value(word) == word)
