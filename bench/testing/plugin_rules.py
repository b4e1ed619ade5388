"""What a plugin as a whole must be: light to import, whole by itself, and alone with its names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.registry.catalog import Catalog
from bench.registry.hookspecs import REGISTRY_HOOKS
from bench.registry.origin import PluginState
from bench.registry.probe import Probed, probe
from bench.testing.check import gates, require, rules


@dataclass(frozen=True)
class PluginCase:
    """A plugin, what became of it, and the file that it came from, if it is no installed one."""

    state: PluginState
    catalog: Catalog
    file: Path | None

    @cached_property
    def probed(self) -> Probed:
        """How it loads alone."""
        return probe(self.state.origin, self.file)


def loads_with_the_others(case: PluginCase) -> None:
    """It is loaded beside all other plugins, not quarantined."""
    require(case.state.state == "loaded", f"it is {case.state.state}: {case.state.reason}")


def loads_alone(case: PluginCase) -> None:
    """It loads in a fresh interpreter in which no other plugin is imported."""
    require(not case.probed.error, f"alone it raised {case.probed.error}")


def is_light_to_import(case: PluginCase) -> None:
    """Its entry module imports neither torch nor pandas nor scipy; `build` imports them late."""
    require(not case.probed.heavy, f"its entry module imports {', '.join(case.probed.heavy)}")


def keeps_its_names(case: PluginCase) -> None:
    """No other plugin offers a component of the same kind and name."""
    require(
        not case.state.refused, f"refused, since another plugin offers them: {', '.join(case.state.refused)}"
    )


def offers_something(case: PluginCase) -> None:
    """It offers a component, or observes trials."""
    manager = case.catalog.manager
    plugin = manager.get_plugin(case.state.origin.plugin)
    callers = (manager.get_hookcallers(plugin) or []) if plugin is not None else []
    watching = any(caller.name not in REGISTRY_HOOKS for caller in callers)
    require(case.state.offered or watching, "it implements no hook of prunebench")


PLUGIN = (
    *gates(loads_with_the_others),
    *rules(loads_alone, is_light_to_import, keeps_its_names, offers_something),
)
