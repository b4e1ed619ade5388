"""What a structurally pruned network costs once its silent units are gone."""

from __future__ import annotations

from bench.measure.cost import multiply_adds
from bench.measure.latency import compare_latency
from bench.measure.layers import Numbers
from bench.measure.shrink import shrink
from bench.registry.contracts import Measured, MeasureInput


def shrunk(given: MeasureInput, seconds: float = 1.0) -> Measured:
    """Parameters, multiply-adds and real latencies of the final network after `bench.measure.shrink`.

    The dense network is timed beside it in the same run, as in `latency`; `shrunk_max_difference` is
    the largest difference between masked and shrunk outputs, relative to the largest output. After
    unstructured pruning few units are silent, and little or nothing is gained.

    Args:
        given: the trial.
        seconds: how long to time each of batch and device.

    Raises:
        Unsupported: where the network cannot be shrunk without changing its outputs.
    """
    small, difference = shrink(given.final, given.example)
    macs, _ = multiply_adds(small, given.example)
    metrics: Numbers = {
        "shrunk_params": sum(parameter.numel() for parameter in small.parameters()),
        "shrunk_macs": macs,
        "shrunk_max_difference": difference,
    }
    latencies = compare_latency(small, given.dense, given.example, seconds)
    return Measured(metrics | {f"shrunk_{name}": value for name, value in latencies.items()})
