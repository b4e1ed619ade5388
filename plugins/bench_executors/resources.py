"""What a piece of work asks of a node, and how many pieces a cluster can do at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bench

_LEAST = 1e-4  # Ray counts in ten-thousandths


@dataclass(frozen=True)
class Request:
    """CPUs and GPUs for one piece, and the device that it computes on then."""

    cpus: float
    gpus: float
    device: str

    @classmethod
    def of(cls, params: bench.Params, device: str) -> Request:
        """The request of an executor's parameters and `--device`.

        With `--device cuda` a piece has a whole GPU, unless `gpus` says how much of one; without any, it
        computes on a CPU.

        Raises:
            UserError: for a device by number, which is Ray's to choose.
        """
        if device.startswith("cuda:"):
            raise bench.UserError(
                f"executor 'ray': --device {device}: Ray chooses among GPUs", "say --device cuda"
            )
        gpus = params["gpus"] or (1.0 if device == "cuda" else 0.0)
        kind = device if device != "auto" else "cuda" if gpus else "cpu"
        return cls(params["cpus"], gpus, kind)

    def __str__(self) -> str:
        """As messages have it."""
        return f"{self.cpus:g} CPU{'' if self.cpus == 1 else 's'}" + (
            f" and {self.gpus:g} GPU{'' if self.gpus == 1 else 's'}" if self.gpus else ""
        )


def check(params: bench.Params) -> None:
    """Refuse what no cluster can give.

    Raises:
        UserError: for a piece that asks for nothing, and for a whole GPU and a part of another.
    """
    cpus, gpus = params["cpus"], params["gpus"]
    if cpus < _LEAST and gpus < _LEAST:
        raise bench.UserError("executor 'ray': a piece asks for neither CPU nor GPU", "set cpus=1")
    if gpus > 1 and gpus != int(gpus):
        raise bench.UserError(f"executor 'ray': gpus={gpus:g}", "above one, a whole number of GPUs")


def slots(nodes: Iterable[Mapping[str, Any]], request: Request) -> int:
    """How many pieces the nodes that are alive can do at once, were nobody else there."""
    return sum(_slots(resources, request) for resources in _alive(nodes))


def largest(nodes: Iterable[Mapping[str, Any]]) -> str:
    """The largest node, in words for a message."""
    alive = list(_alive(nodes))
    if not alive:
        return "no node is alive"
    best = max(alive, key=lambda one: (one.get("GPU", 0.0), one.get("CPU", 0.0)))
    return f"of {len(alive)}, the largest has {best.get('CPU', 0.0):g} CPU, {best.get('GPU', 0.0):g} GPU"


def _alive(nodes: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, float]]:
    return (node["Resources"] for node in nodes if node["Alive"])


def _slots(resources: Mapping[str, float], request: Request) -> int:
    counts = []
    if request.cpus >= _LEAST:
        counts.append(_fit(resources.get("CPU", 0.0), request.cpus))
    if request.gpus >= _LEAST:
        gpus = resources.get("GPU", 0.0)
        parts = request.gpus < 1  # each lies on one GPU: two GPUs have room for two pieces of 0.6, not three
        counts.append(int(gpus) * _fit(1.0, request.gpus) if parts else _fit(gpus, request.gpus))
    return min(counts)


def _fit(have: float, wanted: float) -> int:
    return math.floor(have / wanted + _LEAST)
