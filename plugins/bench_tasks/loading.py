"""From a source to a task's data: decoded once, then from the cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bench
from bench_tasks.source import Look, Source

Moments = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class ImageTask:
    """A task of images.

    Args:
        name: names the cache file.
        find: where its data is, for a request; raises `UserError` where it is nowhere.
        look: how its images become tensors.
        moments: mean and deviation by channel where they are known; else the training split's.
    """

    name: str
    find: Callable[[bench.DataRequest], Source]
    look: Look
    moments: Moments | None = None

    def __call__(self, request: bench.DataRequest) -> bench.TaskData:
        """The data, decoded at most once."""
        source = self.find(request)

        def decoded() -> bench.data.Decoded:
            from bench_tasks.decoding import decode  # noqa: PLC0415
            from bench_tasks.opening import opened  # noqa: PLC0415

            with opened(source) as data:
                return decode(source, data, self.look)

        described = source.described(self.look, request.root)
        found = bench.data.decoded_once(request.root, self.name, described, decoded)
        mean, std = self.moments or bench.data.channel_statistics(found.train.inputs)
        return bench.TaskData(
            train=found.train,
            test=found.test,
            kind="classification",
            num_classes=found.num_classes,
            in_channels=self.look.channels,
            image_size=found.train.inputs.shape[-1],
            mean=mean,
            std=std,
        )
