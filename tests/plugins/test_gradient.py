"""SNIP, GraSP, Taylor, Fisher and movement on one neuron by hand, and against other ways to compute them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.autograd.functional import hessian
from torch.func import functional_call, grad, vmap
from torch.nn import functional

import bench_gradient
from bench.registry.contracts import PruneInput
from tests.plugins.weight_case import given_for, linear, normal, seeded

PRUNERS = {pruner.name: pruner for pruner in bench_gradient.bench_pruners()}


def scores(name: str, given: PruneInput, **params: object) -> dict[str, torch.Tensor]:
    return PRUNERS[name].make(params)(given)


def neuron(examples: int) -> PruneInput:
    """y = x1 - 2 x2 with loss y², at (3, 1) and (1, 0): y = 1 for both, gradients (6, 2) and (2, 0)."""
    return given_for(nn.Sequential(linear([1.0, -2.0])), torch.tensor([[3.0, 1.0], [1.0, 0.0]])[:examples])


def test_snip_by_hand():
    assert scores("snip", neuron(1))["0"].tolist() == [[6.0, 4.0]]


def test_snip_takes_the_gradient_of_the_batch_not_of_each_example():
    # mean gradient (4, 1)
    assert scores("snip", neuron(2))["0"].tolist() == [[4.0, 2.0]]


def test_grasp_by_hand():
    # H = 2 x xᵀ, Hg = 2 (9·6 + 3·2, 3·6 + 1·2) = (120, 40)
    assert scores("grasp", neuron(1))["0"].tolist() == [[120.0, -80.0]]


def test_taylor_averages_the_squares_of_batches_by_hand():
    # batches of one: (6², 4²) and (2², 0)
    assert scores("taylor", neuron(2), batch_size=1, batches=2)["0"].tolist() == [[20.0, 8.0]]
    assert scores("taylor", neuron(2), batch_size=2, batches=5)["0"].tolist() == [[16.0, 4.0]]


def test_fisher_squares_the_gradient_of_each_example_by_hand():
    # 1/2 · 1 · (36 + 4) / 2 and 1/2 · 4 · (4 + 0) / 2
    assert scores("fisher", neuron(2))["0"].tolist() == [[10.0, 4.0]]


def test_movement_follows_two_steps_by_hand():
    # -(1·6, -2·2); then w = (0.4, -2.2), g = (0.8, 0): -(0.4·0.8, 0)
    moved = scores("movement", neuron(2), batch_size=1, steps=2, lr=0.1)["0"]
    assert moved[0].tolist() == pytest.approx([-6.32, 4.0])


def test_movement_goes_through_few_data_again():
    once = scores("movement", neuron(1), batch_size=1, steps=1, lr=0.0)["0"]
    assert torch.equal(scores("movement", neuron(1), batch_size=1, steps=3, lr=0.0)["0"], 3 * once)


def network() -> nn.Module:
    return seeded(lambda: nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))).double()


def classified(model: nn.Module, count: int = 8) -> PruneInput:
    inputs = normal(count, 4).to(next(model.parameters()).dtype)
    return given_for(model, inputs, torch.arange(count) % 3, functional.cross_entropy)


def flat_loss(model: nn.Module, given: PruneInput, temperature: float):
    """The loss as a function of all prunable weights in a row."""
    names = [f"{name}.weight" for name in given.layers]
    inputs, targets = given.batch(100)

    def loss(row: torch.Tensor) -> torch.Tensor:
        parts = row.split([model.get_parameter(name).numel() for name in names])
        weights = {
            name: part.view_as(model.get_parameter(name)) for name, part in zip(names, parts, strict=True)
        }
        return given.loss(functional_call(model, weights, (inputs,)) / temperature, targets)

    return loss, torch.cat([model.get_parameter(name).detach().flatten() for name in names])


@pytest.mark.parametrize("temperature", [1.0, 200.0])
def test_grasp_is_the_whole_hessian_times_the_gradient(temperature: float):
    model = network()
    given = classified(model)
    loss, row = flat_loss(model, given, temperature)
    due = row * (hessian(loss, row) @ grad(loss)(row))
    have = torch.cat([part.flatten() for part in scores("grasp", given, temperature=temperature).values()])
    assert torch.allclose(have, due, rtol=1e-9, atol=0)


def test_removing_what_grasp_scores_lowest_makes_the_gradient_grow_most():
    model = network()
    given = classified(model)
    loss, row = flat_loss(model, given, 1.0)
    have = torch.cat([part.flatten() for part in scores("grasp", given, temperature=1.0).values()])
    step = 1e-6
    for place in range(len(row)):
        less = row.clone()
        less[place] *= 1 - step
        change = (grad(loss)(less).square().sum() - grad(loss)(row).square().sum()) / step
        assert change.item() == pytest.approx(-2 * have[place].item(), rel=1e-3, abs=1e-7)


def test_fisher_is_what_vmapped_gradients_give():
    model = network()
    given = classified(model)
    names = [f"{name}.weight" for name in given.layers]
    weights = {name: model.get_parameter(name).detach() for name in names}

    def loss(weights, x, y):
        return given.loss(functional_call(model, weights, (x[None],)), y[None])

    gradients = vmap(grad(loss), in_dims=(None, 0, 0))(weights, *given.batch(8))
    for name, have in scores("fisher", given).items():
        weight, gradient = weights[f"{name}.weight"], gradients[f"{name}.weight"]
        assert torch.allclose(have, weight.square() * gradient.square().mean(0) / 2)


def normalised(dropout: float = 0.0) -> nn.Module:
    return seeded(
        lambda: nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Dropout(dropout), nn.Linear(5, 3))
    )


@pytest.mark.parametrize("name", ["snip", "grasp", "taylor", "movement"])
def test_batch_statistics_are_another_thing_than_stored_ones(name: str):
    found = [scores(name, classified(normalised()), batch_norm=mode)["0"] for mode in ("stored", "batch")]
    assert not torch.allclose(*found)


def test_with_batch_statistics_snip_is_what_train_mode_gives():
    given = classified(normalised())
    model = normalised().train()
    inputs, targets = given.batch(8)
    given.loss(model(inputs), targets).backward()
    weight = model[0].weight
    due = (weight * weight.grad).abs()
    assert torch.allclose(scores("snip", given, batch_norm="batch")["0"].float(), due)


@pytest.mark.parametrize("name", list(PRUNERS))
def test_dropout_stays_off_and_no_chance_is_left(name: str):
    state = torch.get_rng_state()
    one = scores(name, classified(normalised()))
    other = scores(name, classified(normalised(dropout=0.9)))
    assert all(torch.equal(one[layer], other[layer]) for layer in one)
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("name", list(PRUNERS))
def test_the_model_and_its_statistics_are_left_alone(name: str):
    model = normalised()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    scores(name, classified(model))
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in before.items())
    assert not model.training


@pytest.mark.parametrize("name", list(PRUNERS))
def test_a_layer_that_the_loss_does_not_see_scores_zero(name: str):
    class Aside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(4, 3), nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x)

    found = scores(name, classified(seeded(Aside)))
    assert not found["unused"].any()
    assert found["used"].any()
