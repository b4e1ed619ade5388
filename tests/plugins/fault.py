"""A fault: a component that has it, the checks that must fail, and what the author reads."""

from __future__ import annotations

from dataclasses import dataclass

from bench.registry.components import Component


@dataclass(frozen=True)
class Fault:
    """One component with one fault.

    Args:
        label: what is wrong, as a table's row says it.
        component: the component that does it.
        checks: the checks that fail, all of them and no other.
        sees: a part of what the first of them says; alternatives are parted by '|'.
    """

    label: str
    component: Component
    checks: tuple[str, ...]
    sees: str
