"""Tie groups: which contestants the seeds cannot tell apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean

from bench.analysis.intervals import LEVEL, MIN_SEEDS
from bench.board.holm import holm
from bench.board.paired import paired_p

MOST_LETTERS = 8


def standing_groups(scores: Mapping[str, Mapping[int, float]]) -> dict[str, str]:
    """The tie group of each contestant, as letters: two that share a letter are not told apart.

    Every pair is tested on its shared seeds, and the p-values are Holm-corrected together; a pair is
    told apart below 0.05. Contestants with fewer than three seeds are left out.

    Args:
        scores: contestant to seed to score; a larger score is better.
    """
    tested = {name: by_seed for name, by_seed in scores.items() if len(by_seed) >= MIN_SEEDS}
    ordered = sorted(tested, key=lambda name: (-fmean(tested[name].values()), name))
    pairs = list(combinations(ordered, 2))
    found = [paired_p(tested[first], tested[second]) for first, second in pairs]
    possible = [(pair, p) for pair, p in zip(pairs, found, strict=True) if p is not None]
    corrected = holm([p for _, p in possible])
    apart = {frozenset(pair) for (pair, _), p in zip(possible, corrected, strict=True) if p < 1 - LEVEL}
    return letters(ordered, apart)


def letters(ordered: Sequence[str], apart: set[frozenset[str]]) -> dict[str, str]:
    """A compact letter display: two names share a letter exactly where they are not in `apart`.

    "Not told apart" is no equivalence: a may tie with b, and b with c, while a beats c. So a name may
    carry several letters (a: "a", b: "ab", c: "b"). The groups are cliques of the tie graph, grown
    greedily in the given order until every tied pair lies in one.
    """
    groups: list[list[str]] = []
    covered: set[frozenset[str]] = set()
    for index, first in enumerate(ordered):
        partners = [name for name in ordered[index + 1 :] if frozenset((first, name)) not in apart]
        open_pairs = [name for name in partners if frozenset((first, name)) not in covered]
        for second in open_pairs:
            if frozenset((first, second)) not in covered:
                group = _clique((first, second), ordered, apart)
                covered |= {frozenset(pair) for pair in combinations(group, 2)}
                groups.append(group)
        if not any(first in group for group in groups):
            groups.append([first])
    names: dict[str, str] = dict.fromkeys(ordered, "")
    for number, group in enumerate(groups):
        for name in group:
            names[name] += _letter(number)
    return names


def _clique(seed: tuple[str, str], ordered: Sequence[str], apart: set[frozenset[str]]) -> list[str]:
    members = list(seed)
    for name in ordered:
        if name not in members and all(frozenset((name, member)) not in apart for member in members):
            members.append(name)
    return members


def _letter(number: int) -> str:
    turn, place = divmod(number, 26)
    return chr(ord("a") + place) + (str(turn + 1) if turn else "")


def shared_letters(group: str | None) -> tuple[str, ...]:
    """The letters of a group's name, one for each tie group: "ab2" is a and b2."""
    return tuple(re.findall(r"[a-z]\d*", group or ""))


def group_text(group: str | None) -> str:
    """A group's name for readers: of more than `MOST_LETTERS` letters the first, the last and how many."""
    found = shared_letters(group)
    if len(found) <= MOST_LETTERS:
        return group or ""
    return f"{found[0]}\u2026{found[-1]} ({len(found)})"
