"""Images of ten blurred patterns under noise, as uint8: a task that networks learn in an epoch."""

from __future__ import annotations

import torch

import bench


def images(train=6_000, test=1_000, channels=1, size=28):
    """The task's data: shapes (n, channels, size, size), classes 0 … 9 in turn."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(10, channels, 7, 7, generator=generator)
    patterns = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear")

    def split(count):
        targets = torch.arange(count) % 10
        noise = torch.randn(count, channels, size, size, generator=generator)
        inputs = 255 * (patterns[targets] + 0.3 * noise)
        return bench.Split(inputs.clamp_(0, 255).to(torch.uint8), targets)

    return bench.TaskData(
        split(train), split(test), "classification", 10, channels, size,
        mean=(0.5,) * channels, std=(0.25,) * channels,
    )  # fmt: skip


@bench.hookimpl
def bench_tasks():
    """Offer the images as a task of any size."""
    sizes = tuple(
        bench.Param(name, int, default, "a size", minimum=1)
        for name, default in (("train", 6_000), ("test", 1_000), ("channels", 1), ("size", 28))
    )
    yield bench.Task(
        name="perf-images",
        summary="Ten blurred patterns under noise.",
        build=lambda params: lambda request: images(**params),
        params=sizes,
    )
