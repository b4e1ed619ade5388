"""Convolutions, parametrized weights and penalties learn in a bank what they would alone."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn
from torch.nn.utils.parametrize import register_parametrization

from bench.engine.data import DeviceData
from bench.registry.contracts import Split, TaskData
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
