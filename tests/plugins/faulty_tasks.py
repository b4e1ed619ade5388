"""Tasks with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

from pathlib import Path

import torch

import bench
from tests.plugins.fault import Fault


def data(request, **changes):
    """Sound data: 96 normal vectors, three classes."""
    generator = torch.Generator().manual_seed(request.seed)
    inputs = torch.randn(96, 8, generator=generator)
    targets = torch.arange(96) % 3
    parts = {
        "train": bench.Split(inputs[:72], targets[:72]),
        "test": bench.Split(inputs[72:], targets[72:]),
        "kind": "classification",
        "num_classes": 3,
        "in_channels": 8,
        "image_size": 1,
    }
    return bench.TaskData(**{**parts, **changes})


def task(load, seeded=True):
    return bench.Task(name="x", summary="A task.", build=lambda _: load, seeded=seeded)


def inputs(change):
    """Sound data with all inputs changed."""

    def load(request):
        sound = data(request)
        splits = {name: getattr(sound, name) for name in ("train", "test")}
        return data(
            request,
            **{name: bench.Split(change(split.inputs), split.targets) for name, split in splits.items()},
        )

    return task(load)


def targets(change, **more):
    """Sound data with all targets changed."""

    def load(request):
        sound = data(request)
        splits = {name: getattr(sound, name) for name in ("train", "test")}
        changed = {name: bench.Split(split.inputs, change(split.targets)) for name, split in splits.items()}
        return data(request, **changed, **more)

    return task(load)


def _leaky(request):
    sound = data(request)
    return data(request, test=bench.Split(sound.train.inputs[:24], sound.train.targets[:24]))


def _unseeded_data(request):
    return data(bench.DataRequest(request.root, request.download, int(torch.randint(1000, ()))))


FAULTS = (
    Fault(
        "returns a tuple",
        task(lambda request: (data(request).train, data(request).test)),
        ("loads-its-data",),
        "it returned tuple, not TaskData",
    ),
    Fault(
        "has an empty test split",
        task(
            lambda request: data(request, test=bench.Split(torch.ones(0, 8), torch.ones(0, dtype=torch.long)))
        ),
        ("loads-its-data",),
        "test: 0 examples",
    ),
    Fault(
        "declares another shape",
        task(lambda request: data(request, in_channels=9)),
        ("has-the-declared-shape",),
        "inputs have shape (n, 8)",
    ),
    Fault(
        "has double-precision inputs",
        inputs(lambda x: x.double()),
        ("has-plain-inputs",),
        "inputs are torch.float64",
    ),
    Fault(
        "has NaN among its inputs",
        inputs(lambda x: x.masked_fill(x > 2, torch.nan)),
        ("has-plain-inputs",),
        "inputs are not finite",
    ),
    Fault(
        "has labels out of range",
        targets(lambda y: y + 1),
        ("has-targets-in-range",),
        "targets run from 1 to 3, with 3 classes",
    ),
    Fault(
        "has labels of a wrong type",
        targets(lambda y: y.int()),
        ("has-targets-in-range",),
        "targets are torch.int32, not int64",
    ),
    Fault(
        "has a class that never occurs",
        targets(lambda y: y, num_classes=4),
        ("shows-every-class",),
        "1 of 4 classes do not occur",
    ),
    Fault(
        "is not normalised as declared",
        inputs(lambda x: x * 40 + 120),
        ("is-normalised-as-declared",),
        "the mean of training inputs is",
    ),
    Fault(
        "tests on training data",
        task(_leaky),
        ("keeps-the-test-split-apart",),
        "24 of 24 test inputs occur in the training split",
    ),
    Fault(
        "is not deterministic",
        task(_unseeded_data),
        ("loads-the-same-twice",),
        "loaded twice, the train inputs differ",
    ),
    Fault(
        "depends on the seed undeclared",
        task(data, seeded=False),
        ("depends-on-the-seed-as-declared",),
        "though it is not declared seeded",
    ),
    Fault(
        "ignores the seed though seeded",
        task(lambda request: data(bench.DataRequest(Path(), download=False, seed=0))),
        ("depends-on-the-seed-as-declared",),
        "two seeds gave the same data",
    ),
)
SOUND = (task(data),)
