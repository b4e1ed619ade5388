"""How long a prediction takes, of the pruned network and of the dense one beside it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from bench.measure.layers import Numbers
from bench.measure.stopwatch import clock_of, race
from bench.registry.contracts import Measured, MeasureInput

BATCHES = (1, 256)
KINDS = ("cpu", "gpu")


def latency(given: MeasureInput, seconds: float = 1.0) -> Measured:
    """Median milliseconds of a batch through the final and the dense network, alternating in one run.

    Batches of 1 and 256, on the CPU, and on the trial's GPU where it has one; None where not. The
    speed-up is dense over final, and below 1 where pruning made the network slower. These are the
    networks as the harness holds them, with zeros in dense tensors; `shrunk` times smaller ones.

    Args:
        given: the trial.
        seconds: how long to time each of batch and device.
    """
    return Measured(compare_latency(given.final, given.dense, given.example, seconds))


def compare_latency(model: nn.Module, dense: nn.Module, example: Tensor, seconds: float) -> Numbers:
    """Latencies of `model` with `dense` beside it, by name; `example` has shape (1, …)."""
    found: Numbers = {}
    for kind in KINDS:
        for batch in BATCHES:
            names = latency_names(kind, batch)
            if kind == "gpu" and example.device.type != "cuda":
                found |= dict.fromkeys(names)
                continue
            device = example.device if kind == "gpu" else torch.device("cpu")
            values = _compare(model, dense, example.to(device), batch, seconds)
            found |= dict(zip(names, values, strict=True))
    return found


def latency_names(kind: str, batch: int) -> tuple[str, str, str]:
    """The names of the latency, the dense latency and the speed-up on a kind of device."""
    return (
        f"latency_{kind}_{batch}_ms",
        f"latency_{kind}_{batch}_dense_ms",
        f"latency_{kind}_{batch}_speedup",
    )


@torch.inference_mode()
def _compare(
    model: nn.Module, dense: nn.Module, example: Tensor, batch: int, seconds: float
) -> tuple[float, float, float]:
    inputs = example.repeat(batch, *[1] * (example.ndim - 1))
    one, other = (copy.deepcopy(network).to(example.device).eval() for network in (model, dense))
    pair = race(lambda: one(inputs), lambda: other(inputs), clock_of(example.device), seconds)
    return pair.first, pair.second, pair.second / pair.first
