"""Did-you-mean: the nearest known word to one that is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint for an unknown `word`: the nearest of `known` if one is near, and all of them.

    Returns an empty string where nothing is known.
    """
    names = sorted(set(known))
    if not names:
        return ""
    lowered = {name.lower(): name for name in names}
    near = get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    listed = ", ".join(names) if len(names) <= 40 else ", ".join(names[:40]) + ", …"
    start = f"did you mean '{lowered[near[0]]}'? " if near else ""
    return f"{start}known: {listed}"
