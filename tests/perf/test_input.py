from collections import deque

import pytest
import torch

from bench.engine.data import DeviceData
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe
from tests.perf.peers import pil_epoch

BATCH = 128


def task(count, channels, size):
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, channels, size, size), dtype=torch.uint8, generator=generator)
    split = Split(images, torch.arange(count) % 10)
    return TaskData(
        split, split, "classification", 10, channels, size, mean=(0.5,) * channels, std=(0.25,) * channels
    )


def our_epoch(data, steps):
    return data.epoch(StageRecipe(batch_size=BATCH, augment=steps), torch.Generator().manual_seed(0))


def drain(batches):
    deque(batches, maxlen=0)


@pytest.mark.parametrize(
    ("name", "shape", "steps", "target"),
    [("MNIST", (1, 28), (), "≥ 50"), ("CIFAR, augmented", (3, 32), ("pad-crop", "flip"), "≥ 20")],
)
def test_both_sides_feed_the_same_images(compare, name, shape, steps, target):
    small = task(300, *shape)
    ours = torch.cat([inputs for inputs, _ in our_epoch(DeviceData.place(small, torch.device("cpu")), ())])
    theirs = torch.cat(
        [inputs for inputs, _ in pil_epoch(small.train.inputs, small.train.targets, BATCH, augmented=False)]
    )
    assert torch.allclose(ours.sum((1, 2, 3)).sort().values, theirs.sum((1, 2, 3)).sort().values, atol=1e-2)
    whole = task(12_800 if compare.timed else 256, *shape)
    data = DeviceData.place(whole, torch.device("cpu"))
    compare(
        lambda: drain(pil_epoch(whole.train.inputs, whole.train.targets, BATCH, augmented=bool(steps))),
        lambda: drain(our_epoch(data, steps)),
        row="C6",
        what=f"input a sample, {name}",
        against="PIL loader",
        target=target,
    )
