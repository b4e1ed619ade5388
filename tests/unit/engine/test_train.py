from __future__ import annotations

import copy

import pytest
import torch

from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.optim import learning_rate
from bench.engine.train import Course, Diverged, train
from bench.suite.recipe import StageRecipe


def course(catalog, **keys):
    recipe = StageRecipe(
        **{"epochs": 5, "batch_size": 8, "lr": 0.1, "objective_params": {"label_smoothing": 0.0}} | keys
    )
    return Course(recipe, StageLoss(recipe, catalog), seed=3, after_epoch=lambda _: None)


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
