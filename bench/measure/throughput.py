"""How many examples a second the final network takes, and how much memory a training step needs."""

from __future__ import annotations

import copy
import sys

import torch
from torch import Tensor, nn

from bench.measure.stopwatch import clock_of, race
from bench.registry.contracts import Measured, MeasureInput


def throughput(given: MeasureInput, batch_size: int = 128, seconds: float = 1.0) -> Measured:
    """Examples a second of the final network on the trial's device, and the peak memory in bytes.

    `examples_per_second` counts a forward pass in eval mode; `train_examples_per_second` a forward and
    a backward pass in training mode, without an optimiser. `peak_memory_bytes` is, on a GPU, the most
    that torch had allocated in a training pass, all of the trial's models included; on the CPU the
    largest resident set of the worker process so far, Python and torch included.

    Args:
        given: the trial.
        batch_size: examples in a batch.
        seconds: how long to time the passes.
    """
    device = given.example.device
    inputs = given.example.repeat(batch_size, *[1] * (given.example.ndim - 1))
    predicting, training = copy.deepcopy(given.final).eval(), copy.deepcopy(given.final).train()
    with torch.random.fork_rng():  # dropout draws from the global generators
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        _backward(training, inputs)
        peak = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else peak_resident_bytes()
        pair = race(
            lambda: _forward(predicting, inputs),
            lambda: _backward(training, inputs),
            clock_of(device),
            seconds,
        )
    return Measured(
        {
            "examples_per_second": batch_size / pair.first * 1e3,
            "train_examples_per_second": batch_size / pair.second * 1e3,
            "peak_memory_bytes": peak,
        }
    )


def peak_resident_bytes() -> int:
    """The largest resident set of this process so far."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415

        return int(psutil.Process().memory_info().peak_wset)
    import resource  # noqa: PLC0415 - there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@torch.inference_mode()
def _forward(model: nn.Module, inputs: Tensor) -> None:
    model(inputs)


def _backward(model: nn.Module, inputs: Tensor) -> None:
    model.zero_grad(set_to_none=True)
    model(inputs).float().square().mean().backward()
