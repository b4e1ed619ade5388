"""The validation split: cut from training data, the same for all seeds and stages."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor

from bench.engine.budget import apportion, zeros_of
from bench.errors import UserError
from bench.registry.contracts import Split, TaskData

CUT_SEED = 0


def hold_out(task: TaskData, share: float) -> tuple[TaskData, Split | None]:
    """`task` without the share of its training data that is held out, and that share.

    It has round(share · n) examples, drawn with a fixed seed; of a classification each class gives
    the same share, as nearly as whole examples go. Both parts keep the order of the data.

    Raises:
        UserError: where the share leaves one of the parts without an example.
    """
    if share == 0:
        return task, None
    count = len(task.train)
    held = torch.zeros(count, dtype=torch.bool)
    held[_drawn(task, share)] = True
    taken = int(held.sum())
    if not 0 < taken < count:
        raise UserError(
            f"validation = {share:g} holds out {taken} of {count} training examples",
            "choose a share that leaves examples on both sides",
        )
    train, validation = (Split(task.train.inputs[part], task.train.targets[part]) for part in (~held, held))
    return replace(task, train=train), validation


def _drawn(task: TaskData, share: float) -> Tensor:
    order = torch.randperm(len(task.train), generator=Generator().manual_seed(CUT_SEED))
    if task.kind == "regression":
        return order[: zeros_of(share, len(order))]
    classes = task.train.targets[order]
    places = {str(label): order[classes == label] for label in sorted(set(classes.tolist()))}
    counts = apportion({label: len(found) for label, found in places.items()}, share)
    return torch.cat([found[: counts[label]] for label, found in places.items()])
