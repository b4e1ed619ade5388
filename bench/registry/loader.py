"""Loads plugins one by one, so that a broken one costs nobody else anything.

pluggy's own loader stops at the first plugin that fails to import and silently skips a second
distribution with the same entry-point name; a hook that raises aborts the whole call. Here each
entry point is loaded alone, registered as `distribution:entry`, and its hooks are called alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType

import pluggy

from bench.errors import UserError
from bench.registry import hookspecs
from bench.registry.catalog import Catalog, Offer
from bench.registry.clashes import settle
from bench.registry.components import Component
from bench.registry.discover import Found, from_file, installed
from bench.registry.gather import Rejected, components_of, in_words, refuse_unusable_hooks
from bench.registry.origin import Origin, PluginState, Selection

Complain = Callable[[str], None]
NOTHING = "it offers no component and observes nothing; mark its hooks with bench.hookimpl"


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
        except Rejected as rejected:
            states.append(PluginState(found.origin, "quarantined", rejected.reason))
            _report(f"{found.origin} is quarantined: {rejected.reason}", selection, complain)
            continue
        offers.extend(Offer(component, found.origin) for component in components)
        offered = tuple((component.kind, component.name) for component in components)
        reason = "" if offered or _observes(manager, found.origin) else NOTHING
        states.append(PluginState(found.origin, "loaded", reason, offered))
        if reason:
            _report(f"{found.origin} is of no use: {reason}", selection, complain)
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
    for path in dict.fromkeys(selection.files):
        yield from_file(path)


def _observes(manager: pluggy.PluginManager, origin: Origin) -> bool:
    return any(
        implementation.plugin_name == origin.plugin
        for hook in hookspecs.OBSERVER_HOOKS
        for implementation in getattr(manager.hook, hook).get_hookimpls()
    )


def _report(line: str, selection: Selection, complain: Complain) -> None:
    if selection.strict:
        raise UserError(line, "mend or disable the plugin, or leave out --strict-plugins")
    complain(line)


def _load(manager: pluggy.PluginManager, found: Found) -> list[Component]:
    if found.problem:
        raise Rejected(found.problem)
    try:
        plugin = found.load()
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - also a plugin that calls sys.exit on import
        raise Rejected(f"importing it raised {in_words(error)}") from None
    if manager.has_plugin(found.origin.plugin):
        raise Rejected("another plugin has the same name; rename one")
    twin = manager.get_name(plugin)
    if twin is not None:
        raise Rejected(f"it is the same module as {twin}, which is loaded already")
    try:
        manager.register(plugin, name=found.origin.plugin)
        refuse_unusable_hooks(plugin)
        return components_of(manager, plugin)
    except Rejected:
        _withdraw(manager, plugin)
        raise
    except pluggy.PluginValidationError as error:
        _withdraw(manager, plugin)
        hook, _, fault = str(error).partition("\n")
        where, last = hook.rpartition(" ")[2].strip("'"), fault.strip().rpartition("\n")[2]
        raise Rejected(f"its {where} does not fit: {last}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001
        _withdraw(manager, plugin)
        raise Rejected(f"registering it raised {in_words(error)}") from None


def _withdraw(manager: pluggy.PluginManager, plugin: object) -> None:
    if manager.is_registered(plugin):
        manager.unregister(plugin)
