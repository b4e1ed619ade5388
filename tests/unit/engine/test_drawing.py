"""Which examples an epoch sees: a shuffled pass, or batches drawn with replacement."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.drawing import batches_of, drawn_order, epoch_steps
from bench.engine.objectives import StageLoss
from bench.engine.train import Course, train
from bench.suite.recipe import StageRecipe


def drawn(recipe, count, seed=0):
    return drawn_order(recipe, count, torch.Generator().manual_seed(seed))


@given(st.integers(1, 60), st.integers(1, 20))
def test_a_pass_sees_each_example_once_but_for_a_last_one_alone(count, size):
    recipe = StageRecipe(batch_size=size)
    order = drawn(recipe, count)
    assert sorted(order.tolist()) == list(range(count))
    sizes = [len(order[part]) for part in batches_of(recipe, count)]
    assert len(sizes) == epoch_steps(recipe, count)
    assert set(sizes[:-1]) <= {size}
    left_out = count > size and count % size == 1
    assert sum(sizes) == count - left_out


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 9))
def test_with_replacement_every_batch_is_full_and_there_are_as_many_as_were_asked_for(count, size, steps):
    recipe = StageRecipe(batch_size=size, sampling="replacement", steps_per_epoch=steps)
    order = drawn(recipe, count)
    parts = batches_of(recipe, count)
    assert (
        len(parts)
        == epoch_steps(recipe, count)
        == (steps or epoch_steps(StageRecipe(batch_size=size), count))
    )
    assert [len(order[part]) for part in parts] == [size] * len(parts)
    assert 0 <= int(order.min()) <= int(order.max()) < count


def test_with_replacement_all_examples_are_as_likely_and_some_come_twice():
    recipe = StageRecipe(batch_size=50, sampling="replacement", steps_per_epoch=1000)
    order = drawn(recipe, 100)
    assert (order.bincount(minlength=100) / 500).tolist() == pytest.approx([1.0] * 100, abs=0.2)
    assert any(len(order[part].unique()) < 50 for part in batches_of(recipe, 100))


def test_each_epoch_draws_anew_and_the_seed_alone_decides():
    recipe = StageRecipe(batch_size=8, sampling="replacement")
    generator = torch.Generator().manual_seed(3)
    first, second = (drawn_order(recipe, 40, generator) for _ in range(2))
    assert torch.equal(first, drawn(recipe, 40, seed=3))
    assert not torch.equal(first, second)


def course(catalog, **keys):
    recipe = StageRecipe(**{"epochs": 3, "batch_size": 8, "lr": 0.1, "sampling": "replacement"} | keys)
    return Course(recipe, StageLoss(recipe, catalog), seed=3, after_epoch=lambda _: None)


def test_a_training_takes_the_steps_that_were_asked_for_and_its_schedule_knows(catalog, network, data):
    rates = []

    def look(done, optimizer):
        rates.append((done, optimizer.param_groups[0]["lr"]))

    one = replace(course(catalog, steps_per_epoch=20, schedule="step", milestones=(0.5,)), after_step=look)
    train(network, data, one)
    assert [done for done, _ in rates] == list(range(1, 61))
    assert [rate for _, rate in rates] == pytest.approx([0.1] * 30 + [0.01] * 30)


def test_a_course_that_is_replayed_ends_as_the_whole_course(catalog, network, data):
    whole = course(catalog, steps_per_epoch=5, momentum=0.0)
    parts = copy.deepcopy(network)
    train(network, data, whole)
    train(parts, data, replace(whole, last=1))
    train(parts, data, replace(whole, first=1, replay=True))
    for one, other in zip(network.parameters(), parts.parameters(), strict=True):
        assert torch.equal(one, other)
