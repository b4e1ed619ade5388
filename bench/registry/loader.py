"""Loads plugins one by one, so that a broken one costs nobody else anything.

pluggy's own loader stops at the first plugin that fails to import and silently skips a second
distribution with the same entry-point name; a hook that raises aborts the whole call. Here each
entry point is loaded alone, registered as `distribution:entry`, and its hooks are called alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pluggy

from bench.errors import UserError
from bench.registry import hookspecs
from bench.registry.catalog import Catalog, Offer
from bench.registry.clashes import settle
from bench.registry.components import KINDS, Component
from bench.registry.discover import Found, from_file, installed
from bench.registry.origin import PluginState, Selection

Complain = Callable[[str], None]


@dataclass(frozen=True)
class _Rejected(Exception):  # noqa: N818
    """Why a plugin is put under quarantine."""

    reason: str


def load_plugins(selection: Selection, complain: Complain) -> Catalog:
    """Find, load and register plugins, and gather what they offer.

    Args:
        selection: which plugins to load.
        complain: is given one line for each plugin or component that cannot be used.

    Raises:
        UserError: under `selection.strict`, at the first such line; or for a bad plugin file.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    offers: list[Offer] = []
    states: list[PluginState] = []
    for found in _candidates(selection):
        if selection.disables(found.origin):
            states.append(PluginState(found.origin, "disabled", "disabled by the user"))
            continue
        try:
            components = _load(manager, found)
        except _Rejected as rejected:
            states.append(PluginState(found.origin, "quarantined", rejected.reason))
            _report(f"{found.origin} is quarantined: {rejected.reason}", selection, complain)
            continue
        offers.extend(Offer(component, found.origin) for component in components)
        offered = tuple((component.kind, component.name) for component in components)
        states.append(PluginState(found.origin, "loaded", offered=offered))
    kept, lines, states = settle(offers, states)
    for line in lines:
        _report(line, selection, complain)
    return Catalog(
        offers=MappingProxyType({(offer.component.kind, offer.component.name): offer for offer in kept}),
        plugins=tuple(states),
        manager=manager,
    )


def _candidates(selection: Selection) -> Iterable[Found]:
    if selection.which != "none":
        for found in installed():
            if selection.which == "all" or found.origin.is_builtin:
                yield found
    for path in selection.files:
        yield from_file(path)


def _report(line: str, selection: Selection, complain: Complain) -> None:
    if selection.strict:
        raise UserError(line, "mend or disable the plugin, or leave out --strict-plugins")
    complain(line)


def _load(manager: pluggy.PluginManager, found: Found) -> list[Component]:
    try:
        plugin = found.load()
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - also a plugin that calls sys.exit on import
        raise _Rejected(f"importing it raised {_words(error)}") from None
    try:
        manager.register(plugin, name=found.origin.plugin)
        _refuse_unknown_hooks(plugin)
        return _components(manager, plugin)
    except _Rejected:
        _withdraw(manager, plugin)
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001
        _withdraw(manager, plugin)
        raise _Rejected(f"registering it raised {_words(error)}") from None


def _withdraw(manager: pluggy.PluginManager, plugin: object) -> None:
    if manager.is_registered(plugin):
        manager.unregister(plugin)


def _refuse_unknown_hooks(plugin: object) -> None:
    known = {*hookspecs.REGISTRY_HOOKS, *hookspecs.OBSERVER_HOOKS}
    marker = f"{hookspecs.PROJECT}_impl"
    unknown = sorted(
        name
        for name in dir(plugin)
        if name not in known and isinstance(getattr(getattr(plugin, name, None), marker, None), dict)
    )
    if unknown:
        raise _Rejected(
            f"it uses hooks that this prunebench does not have: {', '.join(unknown)}; upgrade prunebench"
        )


def _components(manager: pluggy.PluginManager, plugin: object) -> list[Component]:
    components: list[Component] = []
    for hook, kind in hookspecs.REGISTRY_HOOKS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is plugin:
                components.extend(_call(hook, kind, implementation.function))
    return components


def _call(hook: str, kind: str, function: Callable[[], Any]) -> list[Component]:
    expected = KINDS[kind]
    try:
        returned = function()
        components = [] if returned is None else list(returned)
    except TypeError as error:
        raise _Rejected(f"its {hook} must return an iterable of bench.{expected.__name__}: {error}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001
        raise _Rejected(f"its {hook} raised {_words(error)}") from None
    for component in components:
        if not isinstance(component, expected):
            raise _Rejected(
                f"its {hook} returned a {type(component).__name__} where bench.{expected.__name__} is due"
            )
    return components


def _words(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
