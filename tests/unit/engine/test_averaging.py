from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bench.engine.averaging import Average
from bench.engine.objectives import StageLoss
from bench.engine.train import Course, train
from bench.suite.recipe import StageRecipe


def course(catalog, **keys):
    recipe = StageRecipe(**{"epochs": 4, "batch_size": 8, "lr": 0.1} | keys)
    return Course(recipe, StageLoss(recipe, catalog), seed=3, after_epoch=lambda _: None)


def one_weight(value):
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(value)
    return model


def test_three_steps_by_hand():
    model = one_weight(9.0)
    average = Average(model, 0.75)
    for value in (1.0, 2.0, 4.0):
        model.weight.data.fill_(value)
        average.update()
    assert model.weight.item() == 4.0
    average.settle()
    assert model.weight.item() == 0.75 * (0.75 * 1.0 + 0.25 * 2.0) + 0.25 * 4.0 == 1.9375


@pytest.mark.parametrize("steps", [0, 3])
def test_without_decay_or_without_steps_the_weights_stay(steps):
    model = one_weight(2.0)
    average = Average(model, 0.0 if steps else 0.9)
    for _ in range(steps):
        model.weight.data.add_(1.0)
        average.update()
    average.settle()
    assert model.weight.item() == 2.0 + steps


def test_it_is_torchs_average_of_parameters_and_buffers():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).train()
    average = Average(model, 0.9)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        model(torch.randn(8, 3)).square().sum().backward()
        optimizer.step()
        average.update()
        theirs.update_parameters(model)
    batches = model[1].num_batches_tracked.item()
    average.settle()
    expected = theirs.module.state_dict()
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, expected[name]), name
    assert model[1].num_batches_tracked.item() == batches == 5


def test_a_stage_ends_with_the_average_of_the_weights_after_each_step(catalog, network, data):
    plain = copy.deepcopy(network)
    seen = []
    recorder = course(catalog, batch_size=45)  # a step an epoch
    train(
        plain,
        data,
        Course(recorder.recipe, recorder.loss, 3, lambda _: seen.append(plain[0].weight.detach().clone())),
    )
    train(network, data, course(catalog, batch_size=45, ema_decay=0.5))
    expected = seen[0]
    for weight in seen[1:]:
        expected = 0.5 * expected + 0.5 * weight
    assert torch.allclose(network[0].weight, expected, atol=1e-6)
    assert not torch.allclose(network[0].weight, plain[0].weight, atol=1e-4)


def test_averaging_leaves_the_course_of_training_alone(catalog, network, data):
    other = copy.deepcopy(network)
    losses = {}
    for model, decay in ((network, 0.0), (other, 0.9)):
        loss = course(catalog).loss
        losses[decay] = told = []

        def recorded(step, loss=loss, told=told):
            value = loss(step)
            told.append(value.item())
            return value

        one = course(catalog, ema_decay=decay)
        train(model, data, Course(one.recipe, recorded, 3, lambda _: None))
    assert losses[0.0] == losses[0.9]


def test_a_weight_that_is_pruned_in_the_course_of_a_stage_stays_at_exactly_zero():
    model = nn.Linear(2, 1)
    model.weight.data = torch.tensor([[4.0, 8.0]])
    average = Average(model, 0.5)
    average.update()
    model.weight.data[0, 1] = 0.0
    average.update()
    average.settle()
    assert model.weight.tolist() == [[4.0, 0.0]]


def test_who_looks_between_epochs_sees_the_average_and_training_goes_on_from_the_weights(
    catalog, network, data
):
    other = copy.deepcopy(network)
    seen = []
    one = course(catalog, ema_decay=0.9)
    look = Course(one.recipe, one.loss, 3, lambda _: seen.append(network[0].weight.detach().clone()))
    train(network, data, look)
    train(other, data, one)
    assert torch.equal(seen[-1], network[0].weight)
    assert torch.equal(network[0].weight, other[0].weight)
    assert len({weight.sum().item() for weight in seen}) == 4


def test_the_weights_come_back_after_the_average_stood_in_for_them():
    model = one_weight(1.0)
    average = Average(model, 0.75)
    average.update()
    model.weight.data.fill_(3.0)
    average.update()
    with average.standing_in():
        assert model.weight.item() == 1.5
    assert model.weight.item() == 3.0
    average.settle()
    assert model.weight.item() == 1.5


def test_pruned_weights_stay_at_exactly_zero(catalog, network, data):
    mask = torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5
    train(network, data, course(catalog, ema_decay=0.9), {"0.weight": mask})  # not zero when it begins
    assert torch.count_nonzero(network[0].weight[~mask]) == 0
    assert torch.count_nonzero(network[0].weight[mask]) == mask.sum()


def test_pruned_weights_of_a_parametrized_network_stay_at_exactly_zero(catalog, network, data):
    parametrizations.weight_norm(network[0])
    name = "0.parametrizations.weight.original1"
    mask = torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5
    mask[:, 0] = True  # weight normalisation has no direction for a row of zeros
    train(network, data, course(catalog, ema_decay=0.9), {name: mask})
    assert torch.count_nonzero(dict(network.named_parameters())[name][~mask]) == 0
    assert torch.count_nonzero(network[0].weight[~mask]) == 0
    assert torch.count_nonzero(network[0].weight[mask]) == mask.sum()


def test_the_layout_of_channels_last_survives(catalog):
    model = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    average = Average(model, 0.9)
    average.update()
    model.weight.data.add_(1)
    average.update()
    before = model.weight.detach().clone()
    average.settle()
    assert model.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.allclose(model.weight, before - 0.9)
