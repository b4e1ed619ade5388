"""A row of a bank learns what its network would learn alone, whoever else is in the bank."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.engine.bank.chain import chain_of
from bench.engine.bank.training import train_bank
from bench.engine.data import DeviceData
from bench.engine.train import train
from bench.registry.contracts import Split
from tests.unit.engine.bank.pieces import (
    alone,
    banked,
    close,
    data_of,
    masks_of,
    perceptron,
    same_bits,
    training_of,
)

RECIPES = st.fixed_dictionaries(
    {
        "optimizer": st.sampled_from(["sgd", "adam", "adamw"]),
        "nesterov": st.booleans(),
        "decay_norms": st.booleans(),
        "batch_size": st.sampled_from([2, 5, 8, 37, 64]),
        "objective_params": st.sampled_from([{"label_smoothing": 0.0}, {"label_smoothing": 0.1}]),
        "sampling": st.sampled_from(["epoch", "replacement"]),
    }
)
SCALARS = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([0.001, 0.01, 0.02]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "weight_decay": st.sampled_from([0.0, 5e-4, 0.1]),
        "grad_clip": st.sampled_from([0.0, 0.01, 1.0]),
        "schedule": st.sampled_from(["constant", "linear", "cosine", "step", "one-cycle"]),
        "warmup_epochs": st.sampled_from([0.0, 0.5]),
    }
)
WIDTHS = st.lists(st.sampled_from([1, 2, 3, 5, 16, 17, 33]), min_size=2, max_size=4)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(RECIPES, st.lists(SCALARS, min_size=1, max_size=7), WIDTHS, st.sampled_from([0.0, 0.3, 0.9]))
def test_a_row_equals_the_network_trained_alone(catalog, recipe, rows, widths, sparsity):
    recipe = recipe | {"optimizer": "sgd"}  # Adam's steps near a zero gradient magnify any rounding
    data = data_of(widths[0], widths[-1])
    trainings = []
    for seed, scalars in enumerate(rows):
        model = perceptron(widths, seed, bias=sparsity < 0.9)
        masks = masks_of(model, sparsity, seed) if seed % 2 else {}
        trainings.append(training_of(catalog, model, data, seed + 10, masks, **recipe, **scalars))
    for training, together, single in zip(trainings, banked(trainings), alone(trainings), strict=True):
        assert close(together, single)
        for name, mask in training.masks.items():
            assert torch.count_nonzero(together.get_parameter(name)[~mask]) == 0


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_a_row_equals_the_network_trained_alone_by(optimizer, catalog):
    data = data_of(6, 3)
    keys = {"optimizer": optimizer, "lr": 0.005, "weight_decay": 0.01, "epochs": 2}
    trainings = [training_of(catalog, perceptron((6, 12, 3), seed), data, seed, **keys) for seed in range(5)]
    for together, single in zip(banked(trainings), alone(trainings), strict=True):
        assert close(together, single)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    RECIPES,
    st.lists(SCALARS, min_size=7, max_size=7),
    st.one_of(WIDTHS, st.sampled_from([[10, 50, 20, 1], [64, 300, 100, 10], [1, 1]])),
    st.lists(st.integers(0, 6), min_size=1, unique=True),
)
def test_a_rows_bits_depend_on_nobody_else_in_the_bank(catalog, recipe, rows, widths, chosen):
    data = data_of(widths[0], widths[-1])
    trainings = [
        training_of(catalog, perceptron(widths, seed), data, seed, **recipe, **scalars)
        for seed, scalars in enumerate(rows)
    ]
    whole = banked(trainings)
    for place, model in zip(chosen, banked([trainings[place] for place in chosen]), strict=True):
        assert same_bits(model, whole[place])


def test_a_large_bank_gives_the_bits_of_a_small_one(catalog):
    data = data_of(10, 1, count=300)
    trainings = [
        training_of(catalog, perceptron((10, 50, 20, 1), seed), data, seed, batch_size=100)
        for seed in range(40)
    ]
    whole = banked(trainings)
    for place in (0, 1, 17, 39):
        assert same_bits(banked([trainings[place]])[0], whole[place])


def test_the_same_bank_gives_the_same_bits_twice(catalog):
    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(3)]
    for one, other in zip(banked(trainings), banked(trainings), strict=True):
        assert same_bits(one, other)


def test_each_row_can_have_its_own_data(catalog):
    trainings = [
        training_of(catalog, perceptron((5, 9, 1), seed), data_of(5, 1, seed=seed), seed) for seed in range(4)
    ]
    for together, single in zip(banked(trainings), alone(trainings), strict=True):
        assert close(together, single)


def test_rows_see_their_data_normalised(catalog):
    trainings = []
    for seed in range(3):
        data = data_of(5, 1, seed=seed)
        task = replace(data.task, mean=(0.5,), std=(2.0,))
        placed = DeviceData.place(task, torch.device("cpu"))
        trainings.append(training_of(catalog, perceptron((5, 9, 1), seed), placed, seed))
    for together, single in zip(banked(trainings), alone(trainings), strict=True):
        assert close(together, single)


def test_rows_of_half_the_sum_of_squares_are_their_networks_and_nobody_elses(catalog):
    data = data_of(5, 1)
    many = Split(data.train.inputs, data.train.inputs[:, :4].cos())
    data = DeviceData.place(replace(data.task, train=many, test=many, num_classes=4), torch.device("cpu"))
    keys = {"objective_params": {"reduction": "half-sum"}, "lr": 0.01, "sampling": "replacement"}
    trainings = [training_of(catalog, perceptron((5, 9, 4), seed), data, seed, **keys) for seed in range(4)]
    whole = banked(trainings)
    for together, single in zip(whole, alone(trainings), strict=True):
        assert close(together, single)
    assert same_bits(banked(trainings[2:3])[0], whole[2])
    mean = [training_of(catalog, perceptron((5, 9, 4), 0), data, 0, **keys | {"objective_params": {}})]
    assert not close(banked(mean)[0], whole[0], 1e-3)


def test_between_epochs_a_row_is_its_network_as_it_is_then(catalog):
    data = data_of(4, 3)
    seen = {"bank": [], "alone": []}
    for where, run in (("bank", banked), ("alone", alone)):
        training = training_of(catalog, perceptron((4, 8, 3), 0), data, 0)

        def look(_, training=training, where=where):
            seen[where].append(copy.deepcopy(training.model))

        training = replace(training, course=replace(training.course, after_epoch=look))
        other = training_of(catalog, perceptron((4, 8, 3), 1), data, 1)
        if run is banked:
            train_bank([training, other], chain_of(training.model))
        else:
            train(training.model, data, training.course)
    assert len(seen["bank"]) == 3
    for together, single in zip(seen["bank"], seen["alone"], strict=True):
        assert close(together, single)


def test_trained_networks_own_their_parameters_again(catalog):
    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(3)]
    train_bank(trainings, chain_of(trainings[0].model))
    for training in trainings:
        assert not training.model.training
        for parameter in training.model.parameters():
            assert parameter.untyped_storage().nbytes() == parameter.numel() * 4


@pytest.mark.parametrize("keys", [{}, {"sampling": "replacement", "steps_per_epoch": 6}], ids=str)
def test_a_part_of_a_course_is_the_part_it_would_be_alone(catalog, keys):
    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed, **keys) for seed in range(3)]
    for part in ({"first": 1, "replay": True}, {"first": 2}, {"last": 1}):
        parts = [replace(one, course=replace(one.course, **part)) for one in trainings]
        for together, single, whole in zip(banked(parts), alone(parts), banked(trainings), strict=True):
            assert close(together, single)
            assert not close(together, whole, 1e-3)
