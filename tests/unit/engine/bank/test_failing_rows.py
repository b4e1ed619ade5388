"""What goes wrong in a bank costs the row that it goes wrong in, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import nn
from torch.nn import functional

from bench.engine.bank.chain import chain_of
from bench.engine.bank.training import Unlike, train_bank
from bench.engine.train import Diverged
from tests.unit.engine.bank.pieces import banked, copies, data_of, perceptron, same_bits, training_of


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
