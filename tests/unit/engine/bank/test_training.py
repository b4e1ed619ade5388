"""A row of a bank learns what its network would learn alone, whoever else is in the bank."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrize import register_parametrization

from bench.engine.bank.chain import chain_of
from bench.engine.bank.training import Unlike, train_bank
from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.requests import Training
from bench.engine.train import Course, Diverged, train
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


def data_of(inputs, classes, count=37, seed=0):
    """Random points, with labels, or with a number each where there is one class."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(count, inputs, generator=generator)
    kind = "classification" if classes > 1 else "regression"
    targets = torch.randint(classes, (count,), generator=generator) if classes > 1 else points[:, :1].sin()
    split = Split(points, targets)
    return DeviceData.place(TaskData(split, split, kind, classes, inputs, 1), torch.device("cpu"))


def perceptron(widths, seed, *, bias=True):
    torch.manual_seed(seed)
    layers = [nn.Flatten()]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after, bias=bias), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def masks_of(model, share, seed):
    generator = torch.Generator().manual_seed(seed)
    masks = {
        name: torch.rand(p.shape, generator=generator) >= share
        for name, p in model.named_parameters()
        if name.endswith("weight")
    }
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)
    return masks


def training_of(catalog, model, data, seed, masks=None, **keys):
    recipe = StageRecipe(**{"epochs": 3, "batch_size": 8, "lr": 0.05} | keys)
    loss = StageLoss(recipe, catalog)
    return Training(model, data, Course(recipe, loss, seed, lambda _: None), masks or {})


def copies(trainings):
    return [training.twin() for training in trainings]


def banked(trainings):
    """The networks of copies of `trainings`, trained as one bank."""
    own = copies(trainings)
    chain = chain_of(own[0].model)
    assert chain is not None
    assert train_bank(own, chain) == [None] * len(own)
    return [training.model for training in own]


def alone(trainings):
    own = copies(trainings)
    for training in own:
        train(training.model, training.data, training.course, training.masks)
    return [training.model for training in own]


def same_bits(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def close(one, other, tolerance=1e-5):
    return all(
        torch.allclose(a, b, rtol=tolerance, atol=tolerance)
        for a, b in zip(one.parameters(), other.parameters(), strict=True)
    )


RECIPES = st.fixed_dictionaries(
    {
        "optimizer": st.sampled_from(["sgd", "adam", "adamw"]),
        "nesterov": st.booleans(),
        "decay_norms": st.booleans(),
        "batch_size": st.sampled_from([2, 5, 8, 37, 64]),
        "objective_params": st.sampled_from([{"label_smoothing": 0.0}, {"label_smoothing": 0.1}]),
    }
)
SCALARS = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([0.001, 0.01, 0.02]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "weight_decay": st.sampled_from([0.0, 5e-4, 0.1]),
        "grad_clip": st.sampled_from([0.0, 0.01, 1.0]),
        "schedule": st.sampled_from(["constant", "cosine", "step", "one-cycle"]),
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


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_diverges_costs_itself_alone(catalog, place):
    data = data_of(4, 3)
    trainings = [
        training_of(catalog, perceptron((4, 8, 3), seed), data, seed, lr=1e30 if seed == place else 0.05)
        for seed in range(3)
    ]
    told = {seed: [] for seed in range(3)}
    own = [
        replace(training, course=replace(training.course, after_epoch=told[seed].append))
        for seed, training in enumerate(copies(trainings))
    ]
    outcomes = train_bank(own, chain_of(own[0].model))
    failure = outcomes.pop(place)
    assert isinstance(failure, Diverged)
    assert failure.epoch == 1
    assert outcomes == [None, None]
    assert told == {seed: [] if seed == place else [1, 2, 3] for seed in range(3)}
    for seed in {0, 1, 2} - {place}:
        assert same_bits(own[seed].model, banked([trainings[seed]])[0])


def test_what_a_row_raises_after_an_epoch_costs_itself_alone(catalog):
    def refuse(epoch):
        if epoch == 2:
            raise ValueError("no more")

    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(2)]
    own = copies(trainings)
    own[0] = replace(own[0], course=replace(own[0].course, after_epoch=refuse))
    first, second = train_bank(own, chain_of(own[0].model))
    assert str(first) == "no more"
    assert second is None
    assert same_bits(own[1].model, banked(trainings)[1])


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


def test_convolutions_learn_what_they_would_alone(catalog):
    def network(seed):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3, bias=False),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(6, 3),
        )

    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (30, 2, 8, 8), dtype=torch.uint8, generator=generator)
    split = Split(images, torch.arange(30) % 3)
    task = TaskData(split, split, "classification", 3, 2, 8, mean=(0.5, 0.4), std=(0.2, 0.3))
    data = DeviceData.place(task, torch.device("cpu"))
    trainings = [training_of(catalog, network(seed), data, seed) for seed in range(3)]
    trainings[1] = replace(trainings[1], masks=masks_of(trainings[1].model, 0.5, 1))
    for together, single in zip(banked(trainings), alone(trainings), strict=True):
        assert close(together, single)


def test_parametrized_weights_learn_what_they_would_alone(catalog):
    class Spectral(nn.Module):
        """The weight of entries (in_j - out_i) · v_ij."""

        def __init__(self, outputs, inputs):
            super().__init__()
            self.of_inputs = nn.Parameter(torch.rand(1, inputs))
            self.of_outputs = nn.Parameter(torch.rand(outputs, 1))

        def forward(self, vectors):
            return (self.of_inputs - self.of_outputs) * vectors

    def network(seed):
        model = perceptron((6, 8, 5, 3), seed)
        for layer in (model[1], model[3]):
            register_parametrization(layer, "weight", Spectral(*layer.weight.shape), unsafe=True)
        register_parametrization(model[5], "weight", Spectral(3, 5), unsafe=True)
        return model

    data = data_of(6, 3)
    trainings = [
        training_of(catalog, network(seed), data, seed, momentum=0.5, weight_decay=1e-3) for seed in range(4)
    ]
    together = banked(trainings)
    for one, single in zip(together, alone(trainings), strict=True):
        assert close(one, single)
        assert not close(one, trainings[0].model, 1e-2)
    for place in (0, 3):
        assert same_bits(banked([trainings[place]])[0], together[place])


def test_networks_that_compute_something_else_than_the_first_one_are_found(catalog):
    class Late(nn.Module):
        def __init__(self, seed):
            super().__init__()
            self.fc = perceptron((4, 4, 4), seed)
            self.seed = seed

        def forward(self, x):
            return functional.relu(self.fc(x)) if self.seed else self.fc(x)

    data = data_of(4, 4)
    trainings = [training_of(catalog, Late(seed), data, seed) for seed in range(2)]
    before = copies(trainings)
    with pytest.raises(Unlike):
        train_bank(trainings, chain_of(trainings[0].model))
    for training, old in zip(trainings, before, strict=True):
        assert same_bits(training.model, old.model)


def test_an_objective_that_fails_in_a_bank_leaves_the_networks_as_they_were(catalog):
    class Failing:
        steps = 0

        def __call__(self, step):
            return step.outputs.square().mean()

        def rows(self, step):
            self.steps += 1
            if self.steps == 3:
                raise ValueError("no banks, please")
            return step.outputs.square().flatten(1).mean(1)

    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(2)]
    for training in trainings:
        training.course.loss.objective = Failing()
    before = copies(trainings)
    with pytest.raises(Unlike):
        train_bank(trainings, chain_of(trainings[0].model))
    for training, old in zip(trainings, before, strict=True):
        assert same_bits(training.model, old.model)


def test_penalties_of_weights_go_into_every_rows_gradient(catalog):
    class Small:
        def __call__(self, step):
            return sum(p.square().sum() for name, p in step.model.named_parameters() if "weight" in name)

        def rows(self, step):
            weights = [p for name, p in step.parameters.items() if "weight" in name]
            return sum(weight.square().flatten(1).sum(1) for weight in weights)

    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(3)]
    plain = banked(trainings)
    for training in trainings:
        training.course.loss.penalties = [("small", 0.01, Small())]
    for together, single, without in zip(banked(trainings), alone(trainings), plain, strict=True):
        assert close(together, single)
        assert not close(together, without, 1e-3)


def test_spectral_networks_with_penalties_and_rates_of_their_own_learn_what_they_would_alone(catalog):
    spectral = catalog.get("parametrization", "spectral")
    penalty = {"objective": "eigenvalue-l2", "weight": 1e-3}

    def training(seed):
        model = perceptron((6, 8, 5, 3), seed)
        spectral.make({})(model)
        one = training_of(catalog, model, data_of(6, 3), seed, penalties=(penalty,), momentum=0.5)
        factors = {name: 0.3 for name, p in model.named_parameters() if p.ndim == 1}
        return replace(one, course=replace(one.course, factors=factors))

    trainings = [training(seed) for seed in range(4)]
    together = banked(trainings)
    for one, single in zip(together, alone(trainings), strict=True):
        assert close(one, single)
        assert not close(one, trainings[0].model, 1e-2)
    for place in (0, 3):
        assert same_bits(banked([trainings[place]])[0], together[place])


def test_a_part_of_a_course_is_the_part_it_would_be_alone(catalog):
    data = data_of(4, 3)
    trainings = [training_of(catalog, perceptron((4, 8, 3), seed), data, seed) for seed in range(3)]
    for keys in ({"first": 1, "replay": True}, {"first": 2}, {"last": 1}):
        parts = [replace(one, course=replace(one.course, **keys)) for one in trainings]
        for together, single, whole in zip(banked(parts), alone(parts), banked(trainings), strict=True):
            assert close(together, single)
            assert not close(together, whole, 1e-3)
