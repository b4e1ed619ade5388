"""The catalog: every usable component by kind and name, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from bench.errors import UserError
from bench.registry.components import KINDS, PLURALS, Component
from bench.registry.suggest import did_you_mean

if TYPE_CHECKING:
    import pluggy

    from bench.registry.origin import Origin, PluginState


@dataclass(frozen=True)
class Offer:
    """A component and the plugin that offers it."""

    component: Component
    origin: Origin


@dataclass(frozen=True)
class Catalog:
    """What the loaded plugins offer. It is passed to whoever needs it; there is no global one."""

    offers: Mapping[tuple[str, str], Offer]
    plugins: tuple[PluginState, ...]
    manager: pluggy.PluginManager

    def get(self, kind: str, name: str, where: str = "") -> Component:
        """The component `name` of `kind`.

        Args:
            kind: a kind as in `bench list`, singular.
            name: the component's name.
            where: the place that names it, for the message.

        Raises:
            UserError: for an unknown kind or name, a name that two plugins claim, or a component
                whose requirements are not installed.
        """
        offer = self.offer(kind, name, where)
        check_needs(offer.component, where)
        return offer.component

    def offer(self, kind: str, name: str, where: str = "") -> Offer:
        """The component `name` of `kind` with its origin; raises `UserError` as `get` does."""
        if kind not in KINDS:
            raise UserError(f"{_prefix(where)}unknown kind '{kind}'", did_you_mean(kind, KINDS))
        found = self.offers.get((kind, name))
        if found is not None:
            return found
        blocked = self._blocked(kind, name)
        if blocked:
            raise UserError(
                f"{_prefix(where)}{kind} '{name}' cannot be used: {blocked}", "see `bench plugins list`"
            )
        raise UserError(f"{_prefix(where)}unknown {kind} '{name}'", self._hint(kind, name))

    def of_kind(self, kind: str) -> Iterator[Offer]:
        """All offers of a kind, by name."""
        for key in sorted(key for key in self.offers if key[0] == kind):
            yield self.offers[key]

    def _blocked(self, kind: str, name: str) -> str:
        claimants = [str(state.origin) for state in self.plugins if f"{kind} '{name}'" in state.refused]
        match claimants:
            case []:
                return ""
            case [only]:
                return f"{only} offers it more than once"
            case [one, other]:
                return f"{one} and {other} both claim it"
            case _:
                return f"{', '.join(claimants)} all claim it"

    def _hint(self, kind: str, name: str) -> str:
        if not any(state.state == "loaded" for state in self.plugins):
            return (
                "no plugin is loaded, not even a built-in: reinstall prunebench, or leave out --plugins none"
            )
        broken = [state for state in self.plugins if state.state != "loaded"]
        hint = did_you_mean(name, (offer.component.name for offer in self.of_kind(kind)))
        hint = hint or f"no plugin offers {PLURALS[kind]}"
        if broken:
            reasons = (f"{state.origin} ({state.state}: {state.reason})" for state in broken)
            hint += f"; not loaded: {', '.join(reasons)}"
        return hint


def check_needs(component: Component, where: str = "") -> None:
    """Check that what `component` needs is installed.

    Raises:
        UserError: naming what is missing.
    """
    try:
        missing = [need for need in component.needs if not _installed(need)]
    except ValueError as error:
        raise UserError(
            f"{_prefix(where)}{component.kind} '{component.name}' needs {component.needs}: "
            f"{str(error).partition(chr(10))[0]}",
            "mend the plugin: each of its needs is a requirement such as 'torch-pruning>=1.6'",
        ) from None
    if missing:
        raise UserError(
            f"{_prefix(where)}{component.kind} '{component.name}' needs {', '.join(missing)}",
            f"pip install {' '.join(repr(need) for need in missing)}",
        )


def _prefix(where: str) -> str:
    return f"{where}: " if where else ""


def _installed(requirement: str) -> bool:
    from packaging.requirements import Requirement  # noqa: PLC0415

    wanted = Requirement(requirement)
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False
