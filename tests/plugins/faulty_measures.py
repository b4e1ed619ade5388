"""Measures with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import itertools
import time

import numpy as np
import torch

import bench
from tests.plugins.fault import Fault


def share(given):
    """A sound measure: the share of weights that are zero."""
    parameters = dict(given.final.named_parameters())
    zeros = {name: int((parameters[f"{name}.weight"] == 0).sum()) for name in given.layers}
    total = sum(layer.weight.numel() for layer in given.layers.values())
    per_layer = {name: {"zero_share": zeros[name] / given.layers[name].weight.numel()} for name in zeros}
    return bench.Measured({"zero_share": sum(zeros.values()) / total}, per_layer)


def measure(read, metrics=("zero_share",)):
    return bench.Measure(name="x", summary="A measure.", build=lambda _: read, metrics=metrics)


def metrics(change):
    """The sound measure with its metrics changed."""

    def read(given):
        sound = share(given)
        return bench.Measured(change(dict(sound.metrics), given), sound.per_layer)

    return measure(read)


def doing(act):
    """The sound measure, after `act` on the input."""

    def read(given):
        act(given)
        return share(given)

    return measure(read)


def _ticking(_):
    clock = itertools.count()
    return {"zero_share": next(clock) + time.perf_counter()}


FAULTS = (
    Fault(
        "returns a dict",
        measure(lambda given: dict(share(given).metrics)),
        ("reads-a-small-network",),
        "it returned dict, not Measured",
    ),
    Fault(
        "returns tensors",
        metrics(lambda m, given: {"zero_share": torch.tensor(m["zero_share"])}),
        ("returns-plain-numbers",),
        "zero_share is Tensor, not a plain number",
    ),
    Fault(
        "returns NaN",
        metrics(lambda m, given: {"zero_share": float("nan")}),
        ("gives-none-rather-than-nan",),
        "zero_share is nan",
    ),
    Fault(
        "divides by what is left",
        metrics(
            lambda m, given: {
                "zero_share": m["zero_share"] / (1 - m["zero_share"]) if m["zero_share"] < 1 else float("inf")
            }
        ),
        ("gives-none-rather-than-nan",),
        "at sparsity 1, zero_share is inf",
    ),
    Fault(
        "edits the final model",
        doing(lambda given: given.final.out.weight.data.zero_()),
        ("leaves-the-models-alone",),
        "final out.weight",
    ),
    Fault(
        "edits the dense model",
        doing(lambda given: given.dense.out.weight.data.zero_() if hasattr(given.dense, "out") else None),
        ("leaves-the-models-alone",),
        "dense out.weight",
    ),
    Fault(
        "edits the masks",
        doing(lambda given: [mask.logical_not_() for mask in given.masks.values()]),
        ("leaves-the-models-alone",),
        "the mask of",
    ),
    Fault(
        "switches to train mode",
        doing(lambda given: given.final.train()),
        ("leaves-modes-and-settings-alone",),
        "it switched the mode",
    ),
    Fault(
        "draws global randomness",
        doing(lambda given: torch.rand(1)),
        ("draws-no-random-numbers",),
        "it drew from a global random generator",
    ),
    Fault(
        "is not deterministic",
        metrics(lambda m, given: {"zero_share": float(np.random.default_rng().random())}),
        ("repeats-itself",),
        "one network gave two values of zero_share",
    ),
    Fault(
        "returns other names than it declares",
        metrics(lambda m, given: {"zeros_share": m["zero_share"]}),
        ("returns-what-it-declares",),
        "declared, but not returned: zero_share",
    ),
    Fault(
        "returns a curve it does not declare",
        measure(lambda given: bench.Measured(share(given).metrics, curves={"zeros_by_depth": [0.5, 0.25]})),
        ("returns-curves-that-it-declares",),
        "curves that are not declared: zeros_by_depth",
    ),
    Fault(
        "names a metric in words",
        measure(
            lambda given: bench.Measured({"Zero share": share(given).metrics["zero_share"]}),
            metrics=("Zero share",),
        ),
        ("names-metrics-plainly",),
        "lower case, digits and '_'",
    ),
    Fault(
        "takes a name of the record's",
        measure(
            lambda given: bench.Measured(
                share(given).metrics, {name: {"weights": 1} for name in given.layers}
            )
        ),
        ("names-metrics-plainly",),
        "a record's own field",
    ),
    Fault(
        "measures a layer of its own",
        measure(lambda given: bench.Measured(share(given).metrics, {"all": {"zero_share": 1.0}})),
        ("speaks-of-given-layers-only",),
        "it measured all",
    ),
    Fault(
        "says less of small networks",
        metrics(lambda m, given: m if len(given.layers) > 2 else {}),
        ("reads-every-kind-of-network",),
        "the metrics differ",
    ),
    Fault(
        "says less of collapsed networks",
        metrics(lambda m, given: m if m["zero_share"] < 1 else {}),
        ("reads-collapsed-networks",),
        "at sparsity 1 the metrics differ",
    ),
    Fault(
        "breaks on regression",
        doing(lambda given: given.data.kind == "classification" or 1 / 0),
        ("reads-regression",),
        "ZeroDivisionError",
    ),
)
SOUND = (measure(share),)
