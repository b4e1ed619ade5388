"""What the supervisor and its workers say to each other: JSON over pipes, never pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.registry.origin import Selection


@dataclass(frozen=True)
class WorkerSettings:
    """How a worker is set up."""

    store: Path
    device: str
    threads: int
    data_root: Path
    download: bool
    plugins: Selection
    banks: bool

    def plain(self) -> dict[str, Any]:
        """The settings as JSON types."""
        return {
            "store": str(self.store),
            "device": self.device,
            "threads": self.threads,
            "data_root": str(self.data_root),
            "download": self.download,
            "banks": self.banks,
            "plugins": {
                "which": self.plugins.which,
                "disabled": list(self.plugins.disabled),
                "files": [str(path) for path in self.plugins.files],
            },
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> WorkerSettings:
        """The settings that `plain` describes."""
        plugins = plain["plugins"]
        return cls(
            store=Path(plain["store"]),
            device=plain["device"],
            threads=plain["threads"],
            data_root=Path(plain["data_root"]),
            download=plain["download"],
            banks=plain["banks"],
            plugins=Selection(
                which=plugins["which"],
                disabled=tuple(plugins["disabled"]),
                files=tuple(Path(path) for path in plugins["files"]),
            ),
        )


def send(pipe: Connection, message: dict[str, Any]) -> None:
    """Send one message."""
    pipe.send_bytes(json.dumps(message, allow_nan=False).encode())


def receive(pipe: Connection) -> dict[str, Any]:
    """Wait for one message; raises `EOFError` where the other side is gone."""
    message: dict[str, Any] = json.loads(pipe.recv_bytes())
    return message
