"""Optimisers and learning rates against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from bench.engine.optim import build_optimizer, learning_rate
from bench.suite.recipe import StageRecipe

EPOCHS, STEPS = 10, 7
TOTAL = EPOCHS * STEPS


def rates(**keys):
    at = learning_rate(StageRecipe(epochs=EPOCHS, lr=0.3, **keys), STEPS)
    return [at(step) for step in range(TOTAL)]


def torchs(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = make(optimizer)
    found = []
    for _ in range(TOTAL):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def one_cycle(optimizer):
    """Torch ends its rise at step share·steps − 1; ours ends at 30 % of the stage."""
    return lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=0.3,
        total_steps=TOTAL + 1,
        pct_start=(0.3 * TOTAL + 1) / (TOTAL + 1),
        div_factor=25,
        final_div_factor=400,
        cycle_momentum=False,
    )


def warm_cosine(optimizer):
    warm = 2 * STEPS
    return lr_scheduler.SequentialLR(
        optimizer,
        [
            lr_scheduler.LinearLR(optimizer, 1 / (warm + 1), total_iters=warm),
            lr_scheduler.CosineAnnealingLR(optimizer, TOTAL - warm),
        ],
        milestones=[warm],
    )


@pytest.mark.parametrize(
    ("keys", "make"),
    [
        ({"schedule": "constant"}, lambda optimizer: lr_scheduler.ConstantLR(optimizer, factor=1.0)),
        ({"schedule": "cosine"}, lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, TOTAL)),
        (
            {"schedule": "step", "milestones": (0.3, 0.8), "gamma": 0.2},
            lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [21, 56], gamma=0.2),
        ),
        ({"schedule": "one-cycle"}, one_cycle),
        ({"schedule": "cosine", "warmup_epochs": 2.0}, warm_cosine),
    ],
    ids=["constant", "cosine", "step", "one-cycle", "warm-cosine"],
)
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step")
def test_a_schedule_is_that_of_torch(keys, make):
    assert rates(**keys) == pytest.approx(torchs(make), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("milestones", "kept"), [((0.8,), 56), ((0.9, 0.8), 56), ((), 0), ((1.0,), TOTAL)])
def test_a_linear_schedule_is_constant_to_its_first_milestone_and_then_falls_to_zero(milestones, kept):
    found = rates(schedule="linear", milestones=milestones)
    falling = [0.3 * (TOTAL - step) / (TOTAL - kept) for step in range(kept, TOTAL)]
    assert found == pytest.approx([0.3] * kept + falling, rel=1e-9)


@pytest.fixture
def normalised():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 4, 1),
        nn.GroupNorm(2, 4),
        nn.Flatten(),
        nn.Linear(4, 2),
    )


def decays(model, **keys):
    groups = build_optimizer(model, StageRecipe(weight_decay=0.1, **keys)).param_groups
    by_id = {id(part): group["weight_decay"] for group in groups for part in group["params"]}
    return {name: by_id[id(part)] for name, part in model.named_parameters()}


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_norms_and_biases_are_spared_where_the_recipe_says_so(normalised, optimizer):
    assert set(decays(normalised, optimizer=optimizer).values()) == {0.1}
    assert decays(normalised, optimizer=optimizer, decay_norms=False) == {
        "0.weight": 0.1,
        "0.bias": 0.0,
        "1.weight": 0.0,
        "1.bias": 0.0,
        "2.weight": 0.1,
        "2.bias": 0.0,
        "3.weight": 0.0,
        "3.bias": 0.0,
        "5.weight": 0.1,
        "5.bias": 0.0,
    }


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_without_a_gradient_only_decayed_parameters_move(normalised, optimizer):
    torch.manual_seed(0)
    for part in normalised.parameters():
        part.data.uniform_(1, 2)
        part.grad = torch.zeros_like(part)
    before = {name: part.detach().clone() for name, part in normalised.named_parameters()}
    recipe = StageRecipe(optimizer=optimizer, lr=0.01, weight_decay=0.1, decay_norms=False)
    build_optimizer(normalised, recipe).step()
    moved = {name for name, part in normalised.named_parameters() if not torch.equal(part, before[name])}
    assert moved == {"0.weight", "2.weight", "5.weight"}
