"""Where a plugin comes from, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

BUILTIN_DISTRIBUTION = "prunebench"
INLINE_DISTRIBUTION = "plugin-file"
State = Literal["loaded", "quarantined", "disabled"]


@dataclass(frozen=True)
class Origin:
    """The distribution, its version and the entry point that a component came through."""

    distribution: str
    version: str
    entry: str

    @property
    def plugin(self) -> str:
        """The plugin's identity, `distribution:entry`; unique even where entry names clash."""
        return f"{self.distribution}:{self.entry}"

    @property
    def is_builtin(self) -> bool:
        """Whether prunebench itself ships the plugin."""
        return self.distribution == BUILTIN_DISTRIBUTION

    def __str__(self) -> str:
        return f"plugin '{self.entry}' of {self.distribution} {self.version}"


@dataclass(frozen=True)
class PluginState:
    """A plugin as `bench plugins list` shows it; `offered` are the (kind, name) it registered."""

    origin: Origin
    state: State
    reason: str = ""
    offered: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Which plugins to load.

    Args:
        which: "all", "builtin" (prunebench's own) or "none".
        disabled: names of entry points, distributions or `distribution:entry` to leave out.
        strict: whether a plugin that cannot be used is an error instead of a line on stderr.
        files: Python files to load as plugins beside the installed ones.
    """

    which: Literal["all", "builtin", "none"] = "all"
    disabled: Sequence[str] = field(default=())
    strict: bool = False
    files: tuple[Path, ...] = ()

    def disables(self, origin: Origin) -> bool:
        """Whether `origin` is named among the disabled."""
        return bool({origin.entry, origin.distribution, origin.plugin} & set(self.disabled))
