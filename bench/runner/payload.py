"""What goes out with a piece of work: all that a machine without the store must know to do it. JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.plan.trials import Trial
from bench.registry.origin import BUILTIN_DISTRIBUTION, INLINE_DISTRIBUTION, Selection
from bench.runner.work import WorkItem

FORMAT = 1


@dataclass(frozen=True)
class Terms:
    """How pieces of a run are done, wherever that is.

    Args:
        store: the store, where who does the piece sees it at the same path; else None.
        device: auto, cpu, cuda or cuda:N.
        data_root: where tasks look for data; None for each machine's own place.
        download: whether tasks may download.
        banks: whether networks are trained in banks where that pays.
        keep: whether trials leave their last networks.
        timeout: seconds of silence after which a trial is given up.
        plugins: which plugins to load; files travel as source.
    """

    store: Path | None
    device: str
    data_root: Path | None
    download: bool
    banks: bool
    keep: bool
    timeout: float
    plugins: Selection


@dataclass(frozen=True)
class Payload:
    """A piece of work and its terms, with the release and the plugin packages that it was planned with."""

    item: WorkItem
    terms: Terms
    release: str
    packages: Mapping[str, str]
    sources: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, item: WorkItem, terms: Terms) -> Payload:
        """The payload of `item`, as it is planned here.

        Raises:
            OSError: where a plugin file cannot be read.
        """
        references = [ref for trial in item.trials for ref in trial.components.values()]
        packages = {
            ref.distribution: ref.distribution_version
            for ref in references
            if ref.distribution not in (BUILTIN_DISTRIBUTION, INLINE_DISTRIBUTION)
        }
        sources = tuple((path.name, _decoded(path.read_bytes())) for path in terms.plugins.files)
        return cls(item, terms, version(BUILTIN_DISTRIBUTION), packages, sources)

    def to_bytes(self) -> bytes:
        """The payload as JSON."""
        item, terms = self.item, self.terms
        plain = {
            "format": FORMAT,
            "release": self.release,
            "packages": dict(self.packages),
            "kind": item.kind,
            "trials": [trial.plain() for trial in item.trials],
            "bank": item.bank,
            "epochs": item.epochs,
            "store": _words(terms.store),
            "device": terms.device,
            "data_root": _words(terms.data_root),
            "download": terms.download,
            "banks": terms.banks,
            "keep": terms.keep,
            "timeout": terms.timeout,
            "plugins": {"which": terms.plugins.which, "disabled": list(terms.plugins.disabled)},
            "sources": self.sources,
        }
        return json.dumps(plain, allow_nan=False).encode()

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Payload:
        """The payload that `plain`, read from JSON, describes; its plugin files are not yet written."""
        item = WorkItem(
            plain["kind"],
            tuple(Trial.from_plain(trial) for trial in plain["trials"]),
            plain["bank"],
            tuple(tuple(epochs) for epochs in plain["epochs"]),
        )
        plugins = Selection(plain["plugins"]["which"], tuple(plain["plugins"]["disabled"]))
        terms = Terms(
            store=_path(plain["store"]),
            device=plain["device"],
            data_root=_path(plain["data_root"]),
            download=plain["download"],
            banks=plain["banks"],
            keep=plain["keep"],
            timeout=plain["timeout"],
            plugins=plugins,
        )
        sources = tuple((name, source) for name, source in plain["sources"])
        return cls(item, terms, plain["release"], plain["packages"], sources)

    def written_sources(self, folder: Path) -> tuple[Path, ...]:
        """The plugin files, written below `folder` under their own names, byte for byte; equal ones once."""
        paths = []
        for name, source in self.sources:
            data = source.encode("utf-8", "surrogateescape")
            path = folder / hashlib.sha256(data).hexdigest() / Path(name).name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            paths.append(path)
        return tuple(paths)


def _decoded(source: bytes) -> str:
    return source.decode("utf-8", "surrogateescape")


def _words(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(words: str | None) -> Path | None:
    return None if words is None else Path(words)
