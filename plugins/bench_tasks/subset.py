"""A part of a named data set, for where the whole takes too long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bench
from bench_tasks.named import named_task

if TYPE_CHECKING:
    from torch import Tensor


def subset_task(params: bench.Params) -> bench.LoadTask:
    """The first examples of each class of the data set `of`, in its own order; 0 takes them all."""
    whole = named_task(params["of"])

    def load(request: bench.DataRequest) -> bench.TaskData:
        data = whole(request)
        return replace(
            data, train=_first(data.train, params["train"]), test=_first(data.test, params["test"])
        )

    return load


def _first(split: bench.Split, count: int) -> bench.Split:
    chosen = first_by_class(split.targets, count) if count else slice(None)
    return bench.Split(split.inputs[chosen], split.targets[chosen])


def first_by_class(targets: Tensor, count: int) -> Tensor:
    """Places of the first examples of every class, in order: `count` in all, as even as can be.

    The classes that come first by number have one more where `count` does not divide evenly.

    Raises:
        UserError: where a class has too few.
    """
    import torch  # noqa: PLC0415

    classes = torch.unique(targets)
    whole, rest = divmod(count, len(classes))
    parts = []
    for number, label in enumerate(classes):
        places = torch.nonzero(targets == label).flatten()
        wanted = whole + (number < rest)
        if len(places) < wanted:
            raise bench.UserError(
                f"task 'subset': class {int(label)} has {len(places)} examples, not {wanted}", "ask for fewer"
            )
        parts.append(places[:wanted])
    return torch.cat(parts).sort().values
