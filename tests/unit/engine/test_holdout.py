"""The validation split: apart from training, the same every time, fair to each class."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.data import DeviceData
from bench.engine.holdout import hold_out
from bench.errors import UserError
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


def numbered(targets, kind="classification"):
    """Examples that can be told apart: example i has the input i."""
    inputs = torch.arange(len(targets), dtype=torch.float32)[:, None]
    split = Split(inputs, targets)
    return TaskData(split, Split(inputs[:2] + 1000, targets[:2]), kind, 9, 1, 1)


def numbers(split):
    return [int(number) for number in split.inputs[:, 0]]


@given(st.lists(st.integers(0, 3), min_size=4, max_size=60), st.floats(0.05, 0.95))
def test_the_parts_share_nothing_lose_nothing_and_keep_the_order(labels, share):
    task = numbered(torch.tensor(labels))
    due = round(share * len(labels))
    if due in (0, len(labels)):
        with pytest.raises(UserError, match="holds out"):
            hold_out(task, share)
        return
    rest, held = hold_out(task, share)
    assert sorted(numbers(rest.train) + numbers(held)) == list(range(len(labels)))
    assert len(held) == due
    assert numbers(rest.train) == sorted(numbers(rest.train))
    assert all(labels[number] == label for number, label in zip(numbers(held), held.targets, strict=True))
    taken, sizes = Counter(held.targets.tolist()), Counter(labels)
    assert all(abs(taken[label] - share * size) <= 1 for label, size in sizes.items())


def test_the_cut_is_drawn_and_is_the_same_whatever_the_global_state():
    task = numbered(torch.arange(400) % 4)
    torch.manual_seed(1)
    _, one = hold_out(task, 0.25)
    torch.manual_seed(2)
    _, other = hold_out(task, 0.25)
    assert numbers(one) == numbers(other)
    assert numbers(one) != list(range(100))
    assert Counter(one.targets.tolist()) == dict.fromkeys(range(4), 25)


def test_a_regression_is_cut_by_number():
    task = numbered(torch.rand(40, 2), kind="regression")
    rest, held = hold_out(task, 0.25)
    assert (len(rest.train), len(held)) == (30, 10)


def test_without_a_share_the_task_is_as_it_was(task):
    assert hold_out(task, 0.0) == (task, None)


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_a_share_that_empties_a_part_is_refused(share):
    with pytest.raises(UserError, match=f"validation = {share}") as caught:
        hold_out(numbered(torch.arange(20) % 2), share)
    assert "both sides" in caught.value.hint


def test_neither_training_nor_pruners_nor_measures_see_what_is_held_out():
    data = DeviceData.place(numbered(torch.arange(60) % 3), torch.device("cpu"), 0.2)
    held = set(numbers(data.validation))
    assert len(held) == 12
    generator = torch.Generator().manual_seed(0)
    seen = {int(x) for inputs, _ in data.epoch(StageRecipe(batch_size=8), generator) for x in inputs[:, 0]}
    batch, _ = data.held_batch(60, generator)
    assert seen == {int(x) for x in batch[:, 0]} == set(numbers(data.task.train)) == set(range(60)) - held
    assert data.steps(StageRecipe(batch_size=8)) == 6


def test_the_fingerprint_is_that_of_the_whole_data(task):
    cpu = torch.device("cpu")
    whole, cut = DeviceData.place(task, cpu), DeviceData.place(task, cpu, 0.2)
    assert whole.sha256 == cut.sha256
    other = replace(task, test=Split(task.test.inputs + 1, task.test.targets))
    assert DeviceData.place(other, cpu).sha256 != whole.sha256
