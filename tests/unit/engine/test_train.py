from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.optim import learning_rate
from bench.engine.train import Course, Diverged, train
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe


def course(catalog, **keys):
    recipe = StageRecipe(
        **{"epochs": 5, "batch_size": 8, "lr": 0.1, "objective_params": {"label_smoothing": 0.0}} | keys
    )
    return Course(recipe, StageLoss(recipe, catalog), seed=3, after_epoch=lambda _: None)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_parameters_factor_scales_its_learning_rate(catalog, network, data, optimizer):
    plain = course(catalog, optimizer=optimizer, epochs=1, batch_size=45, schedule="constant", momentum=0.0)
    slow = replace(plain, factors={"0.weight": 0.5, "2.bias": 0.0})
    before = {name: part.detach().clone() for name, part in network.named_parameters()}
    moved = []
    for one in (plain, slow):
        model = copy.deepcopy(network)
        train(model, data, one)
        moved.append({name: part.detach() - before[name] for name, part in model.named_parameters()})
    assert torch.allclose(moved[1]["0.weight"], 0.5 * moved[0]["0.weight"], rtol=1e-4, atol=1e-6)
    assert torch.equal(moved[1]["0.bias"], moved[0]["0.bias"])
    assert moved[0]["2.bias"].count_nonzero() > 0
    assert moved[1]["2.bias"].count_nonzero() == 0


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_training_learns(catalog, network, data, optimizer):
    train(
        network, data, course(catalog, optimizer=optimizer, lr=0.1 if optimizer == "sgd" else 0.02, epochs=15)
    )
    assert evaluate(network, data).correct == evaluate(network, data).count == 15


def test_training_twice_gives_the_same_bits(catalog, network, data):
    other = copy.deepcopy(network)
    train(network, data, course(catalog))
    torch.manual_seed(99)
    train(other, data, course(catalog))
    assert all(
        torch.equal(one, two) for one, two in zip(network.parameters(), other.parameters(), strict=True)
    )


@pytest.mark.parametrize(
    "keys", [{}, {"optimizer": "adamw", "lr": 0.01}, {"nesterov": True, "weight_decay": 0.1}]
)
def test_masked_weights_stay_at_exactly_zero(catalog, network, data, keys):
    mask = torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5
    network[0].weight.data.mul_(mask)
    train(network, data, course(catalog, **keys), {"0.weight": mask})
    assert torch.count_nonzero(network[0].weight[~mask]) == 0
    assert torch.count_nonzero(network[0].weight[mask]) == mask.sum()


def test_a_loss_that_is_not_finite_ends_training_with_the_epoch(catalog, network, data):
    with pytest.raises(Diverged, match="epoch 1") as caught:
        train(network, data, course(catalog, lr=1e30))
    assert caught.value.epoch == 1


def test_each_epoch_is_told(catalog, network, data):
    told = []
    one = course(catalog)
    train(network, data, Course(one.recipe, one.loss, 0, told.append))
    assert told == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"schedule": "constant"}, [1.0, 1.0, 1.0, 1.0]),
        ({"schedule": "cosine"}, [1.0, 0.853553, 0.5, 0.146447]),
        ({"schedule": "step"}, [1.0, 1.0, 0.1, 0.01]),
        ({"schedule": "constant", "warmup_epochs": 1.0}, [1 / 3, 2 / 3, 1.0, 1.0]),
    ],
)
def test_schedules_by_hand(keys, expected):
    rate = learning_rate(StageRecipe(epochs=2, lr=1.0, **keys), steps_per_epoch=2)
    assert [rate(step) for step in range(4)] == pytest.approx(expected, rel=1e-5)


def test_one_cycle_rises_from_a_25th_and_falls_to_a_ten_thousandth():
    rate = learning_rate(StageRecipe(epochs=10, lr=1.0, schedule="one-cycle"), steps_per_epoch=100)
    assert rate(0) == pytest.approx(1 / 25)
    assert rate(300) == pytest.approx(1.0)
    assert rate(1000) == pytest.approx(1e-4)


@pytest.fixture
def images():
    """Sixty-four images of two classes: a bright upper or a bright lower half."""
    targets = torch.arange(64) % 2
    pixels = torch.zeros(64, 3, 24, 24, dtype=torch.uint8)
    pixels[targets == 0, :, :12] = 200
    pixels[targets == 1, :, 12:] = 200
    split = Split(pixels, targets)
    return DeviceData.place(TaskData(split, split, "classification", 2, 3, 24), torch.device("cpu"))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"channels_last": True},
        {"precision": "bf16"},
        {"grad_clip": 0.5},
        {"augment": ("pad-crop", "flip")},
        {"channels_last": True, "precision": "bf16", "optimizer": "adamw", "lr": 0.01, "decay_norms": False},
    ],
    ids=str,
)
def test_whatever_the_recipe_masked_convolutions_learn_and_stay_sparse(catalog, images, keys):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(4608, 2)
    )
    mask = torch.rand(8, 3, 3, 3, generator=torch.Generator().manual_seed(1)) > 0.5
    model[0].weight.data.mul_(mask)
    train(
        model,
        images,
        course(catalog, **({"epochs": 12, "batch_size": 16, "lr": 0.05} | keys)),
        {"0.weight": mask},
    )
    assert torch.count_nonzero(model[0].weight[~mask]) == 0
    assert torch.count_nonzero(model[0].weight[mask]) == mask.sum()
    assert evaluate(model, images).correct >= 60


def test_clipping_bounds_a_step(catalog, network, data):
    before = copy.deepcopy(network.state_dict())
    train(network, data, course(catalog, epochs=1, batch_size=45, lr=1.0, momentum=0.0, grad_clip=1e-3))
    moved = sum((network.state_dict()[name] - old).square().sum() for name, old in before.items()).sqrt()
    assert 0 < moved <= 1.001e-3
