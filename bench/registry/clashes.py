"""Two plugins, one name: who keeps it, and what is said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bench.registry.catalog import Offer
from bench.registry.origin import INLINE_DISTRIBUTION, PluginState


def settle(
    offers: Sequence[Offer], states: Sequence[PluginState]
) -> tuple[list[Offer], list[str], list[PluginState]]:
    """Decide name clashes.

    A built-in keeps its name against third parties. Between third parties, nobody gets it, since the
    order in which they were found means nothing; the rest of each plugin keeps working. An entry-point
    name that two distributions share is no clash (plugins are `distribution:entry`), but is said.

    Returns:
        The offers that stand, a line for each clash, and the states with their refused names.
    """
    by_name: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        by_name[offer.component.kind, offer.component.name].append(offer)
    kept: list[Offer] = []
    lines: list[str] = []
    refused: dict[str, list[str]] = defaultdict(list)
    for (kind, name), rivals in by_name.items():
        winner = _winner(rivals)
        if winner is not None:
            kept.append(winner)
        losers = [rival for rival in rivals if rival is not winner]
        for loser in losers:
            refused[loser.origin.plugin].append(f"{kind} '{name}'")
        if losers:
            lines.append(f"{kind} '{name}' is offered {_sides(rivals)}; {_verdict(winner, rivals)}")
    lines.extend(_shared_entries(states))
    marked = [
        replace(
            state,
            refused=tuple(refused.get(state.origin.plugin, ())),
            reason=state.reason
            or (
                "name taken: " + ", ".join(refused[state.origin.plugin])
                if state.origin.plugin in refused
                else ""
            ),
        )
        for state in states
    ]
    return kept, lines, marked


def _winner(rivals: Sequence[Offer]) -> Offer | None:
    if len(rivals) == 1:
        return rivals[0]
    builtin = [rival for rival in rivals if rival.origin.is_builtin]
    return builtin[0] if len(builtin) == 1 else None


def _sides(rivals: Sequence[Offer]) -> str:
    times = Counter(rival.origin for rival in rivals)
    return "by " + " and ".join(
        str(origin) if count == 1 else f"{origin} {count} times" for origin, count in times.items()
    )


def _verdict(winner: Offer | None, rivals: Sequence[Offer]) -> str:
    if winner is not None:
        return f"{winner.origin} keeps it"
    return "neither is used" if len(rivals) == 2 else "none of them is used"


def _shared_entries(states: Sequence[PluginState]) -> list[str]:
    by_entry: dict[str, list[PluginState]] = defaultdict(list)
    for state in states:
        if state.state != "disabled" and state.origin.distribution != INLINE_DISTRIBUTION:
            by_entry[state.origin.entry].append(state)
    return [
        f"entry point '{entry}' is in "
        + " and ".join(f"{state.origin.distribution} {state.origin.version}" for state in sharing)
        + "; they are told apart as "
        + " and ".join(state.origin.plugin for state in sharing)
        for entry, sharing in by_entry.items()
        if len(sharing) > 1
    ]
