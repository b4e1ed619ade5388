"""The optimisers of banks against those of torch, on the same gradients."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from bench.engine.bank.optimizer import BankOptimizer
from bench.engine.bank.storage import Storage
from bench.engine.optim import build_optimizer, set_rate
from bench.suite.recipe import StageRecipe

ROW = st.fixed_dictionaries(
    {
        "lr": st.floats(1e-4, 1.0),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "weight_decay": st.sampled_from([0.0, 1e-3, 0.1]),
        "grad_clip": st.sampled_from([0.0, 0.1, 10.0]),
    }
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(ROW, min_size=1, max_size=5),
    st.sampled_from(["sgd", "adam", "adamw"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([{}, {"weight": 0.1}, {"bias": 3.0}]),
)
def test_a_row_takes_the_steps_of_torchs_optimiser(rows, kind, nesterov, decay_norms, factors):
    torch.manual_seed(0)
    recipes = [StageRecipe(optimizer=kind, nesterov=nesterov, decay_norms=decay_norms, **row) for row in rows]
    alone = [nn.Linear(5, 3) for _ in rows]
    together = [nn.Linear(5, 3) for _ in rows]
    for one, other in zip(alone, together, strict=True):
        other.load_state_dict(one.state_dict())
    optimizers = [
        build_optimizer(model, recipe, factors) for model, recipe in zip(alone, recipes, strict=True)
    ]
    storage = Storage(together, [{} for _ in rows])
    bank = BankOptimizer(storage, recipes, factors)
    for step in range(4):
        rates = [recipe.lr / (step + 1) for recipe in recipes]
        for place, (model, optimizer) in enumerate(zip(alone, optimizers, strict=True)):
            for name, parameter in model.named_parameters():
                parameter.grad = torch.randn_like(parameter)
                storage.gradient_of[name][place] = parameter.grad
            if recipes[place].grad_clip:
                nn.utils.clip_grad_norm_(model.parameters(), recipes[place].grad_clip)
            set_rate(optimizer, rates[place])
            optimizer.step()
        bank.step(rates)
    for one, other in zip(alone, together, strict=True):
        for name, parameter in one.named_parameters():
            assert torch.allclose(other.get_parameter(name), parameter, rtol=1e-5, atol=1e-6)


def test_masked_weights_are_held_after_each_step():
    model = nn.Linear(5, 3)
    mask = torch.rand(3, 5, generator=torch.Generator().manual_seed(0)) > 0.5
    storage = Storage([nn.Linear(5, 3), model], [{}, {"weight": mask}])
    storage.gradients.fill_(1.0)
    BankOptimizer(storage, [StageRecipe(), StageRecipe()]).step([0.1, 0.1])
    assert torch.equal(model.weight != 0, mask)
