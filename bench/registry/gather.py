"""Asks one registered plugin what it offers, and says in one line why an answer will not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pluggy

from bench.registry import hookspecs
from bench.registry.components import KINDS, Component

MAX_WORDS = 300


@dataclass(frozen=True)
class Rejected(Exception):  # noqa: N818
    """Why a plugin is put under quarantine."""

    reason: str


def in_words(error: BaseException) -> str:
    """An exception on one line: its type, and the first line of what it says."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - a plugin's exception may fail even at saying what it is
        lines = []
    return (f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__)[:MAX_WORDS]


def refuse_unusable_hooks(plugin: object) -> None:
    """Check that the harness knows every hook that `plugin` implements, and can call it.

    A hook marked `hookimpl(optionalhook=True)` may be unknown: its author says that it is no loss.

    Raises:
        Rejected: naming the hooks.
    """
    known = {*hookspecs.REGISTRY_HOOKS, *hookspecs.OBSERVER_HOOKS}
    marked = list(_marked(plugin))
    unknown = sorted(name for name, options in marked if name not in known and not options["optionalhook"])
    if unknown:
        raise Rejected(
            f"it uses hooks that this prunebench does not have: {', '.join(unknown)}; upgrade prunebench"
        )
    wrappers = sorted(name for name, options in marked if options["wrapper"] or options["hookwrapper"])
    if wrappers:
        raise Rejected(f"it wraps {', '.join(wrappers)}; hooks here are called alone and cannot be wrapped")


def _marked(plugin: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The hooks that `plugin` implements, by their specification's name, with pluggy's options."""
    for name in dir(plugin):
        options = getattr(getattr(plugin, name, None), f"{hookspecs.PROJECT}_impl", None)
        if isinstance(options, dict):
            yield options["specname"] or name, options


def components_of(manager: pluggy.PluginManager, plugin: object) -> list[Component]:
    """What `plugin`, which is registered, offers.

    Raises:
        Rejected: where one of its hooks raises or returns something else than components.
    """
    components: list[Component] = []
    for hook, kind in hookspecs.REGISTRY_HOOKS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is plugin:
                components.extend(_call(hook, KINDS[kind], implementation.function))
    return components


def _call(hook: str, expected: type[Component], function: Callable[[], Any]) -> list[Component]:
    due = f"bench.{expected.__name__}"
    try:
        returned = function()
        offered = list(returned) if hasattr(type(returned), "__iter__") else None
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - also a hook that calls sys.exit
        raise Rejected(f"its {hook} raised {in_words(error)}") from None
    if offered is None:
        raise Rejected(f"its {hook} returned a {type(returned).__name__} where an iterable of {due} is due")
    for component in offered:
        if not isinstance(component, expected):
            raise Rejected(f"its {hook} returned a {type(component).__name__} where {due} is due")
    return offered
