"""What a pruner must cope with: every kind of layer, ties, zeros, NaN, and fine-tuning afterwards."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from bench.engine.pruned import apply_pruning, check_no_regrowth, rewritten
from bench.engine.train import Course as Training
from bench.engine.train import Diverged, train
from bench.suite.recipe import StageRecipe
from bench.testing.check import NotApplicable, require, rules
from bench.testing.pruner_case import PrunerCase, copied, new_values, require_exact, same, tensors
from bench.testing.tiny import CONV, GROUPED, LINEAR, RESIDUAL, SHARED, SINGLE, Bed


def _treats(case: PrunerCase, bed: Bed, model: nn.Module | None = None) -> None:
    given = case.input(bed, model=model)
    pruned = case.pruner(given, bed)
    require_exact(case, given, pruned, "global")


def prunes_linear_layers(case: PrunerCase) -> None:
    """Linear layers of odd sizes are pruned exactly."""
    _treats(case, LINEAR)


def prunes_convolutions(case: PrunerCase) -> None:
    """Convolutions are pruned exactly."""
    _treats(case, CONV)


def prunes_grouped_convolutions(case: PrunerCase) -> None:
    """Grouped and depthwise convolutions, with weights (out, in/groups, kh, kw), are pruned exactly."""
    _treats(case, GROUPED)


def prunes_shared_weights(case: PrunerCase) -> None:
    """A weight that two layers share is one layer, pruned once."""
    _treats(case, SHARED)


def prunes_residual_networks(case: PrunerCase) -> None:
    """Batch normalisation, layers without a bias and 1x1 shortcuts are no obstacle."""
    _treats(case, RESIDUAL)


def prunes_a_single_layer(case: PrunerCase) -> None:
    """A model of one layer is pruned exactly."""
    _treats(case, SINGLE)


def prunes_double_precision(case: PrunerCase) -> None:
    """A float64 model is pruned exactly."""
    _treats(case, case.home, case.home.model().double())


def prunes_under_a_parametrization(case: PrunerCase) -> None:
    """A model whose weights are parametrized, as torch.nn.utils.parametrize does, is pruned exactly."""
    model = case.home.model()
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            parametrize.register_parametrization(module, "weight", _Same(), unsafe=True)
    _treats(case, case.home, model)


def prunes_ties_exactly(case: PrunerCase) -> None:
    """Where all weights are equal, still exactly as many go as asked."""
    _treats(case, case.home, _filled(case.home, 0.5))


def prunes_zero_weights_exactly(case: PrunerCase) -> None:
    """A model of zeros is pruned exactly, without a division by zero."""
    _treats(case, case.home, _filled(case.home, 0.0))


def refuses_weights_that_are_not_numbers(case: PrunerCase) -> None:
    """A NaN among the weights is refused or shows in the scores; it is never ranked in silence."""
    clean = copied(case.ask(case.home))
    if same(clean, case.ask(case.home, case.input(case.home, model=case.home.model(seed=1)))):
        raise NotApplicable("it does not look at the weights")
    model = case.home.model()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.view(-1)[0] = torch.nan
    try:
        answer = case.ask(case.home, case.input(case.home, model=model))
    except Exception:  # noqa: BLE001 - any refusal will do
        return
    shown = any(bool(tensor.isnan().any()) for tensor in tensors(answer).values())
    require(shown, "it ranked weights that are NaN as if they were numbers")


def prunes_with_every_choice(case: PrunerCase) -> None:
    """With every value that a parameter's declaration lists, pruning is exact."""
    for param, settings in case.settings():
        if param.name not in {own.name for own in case.component.params}:
            continue
        other = PrunerCase(case.component, settings)
        require_exact(other, other.input(case.home), other.on(case.home), "global")


def rewrites_into_a_finite_network(case: PrunerCase) -> None:
    """The network with the new values, all of its units still there, puts out finite numbers."""
    values = new_values(case.ask(case.home))
    network = rewritten(case.home.model(), values)
    if network is None:
        raise NotApplicable("it rewrites nothing")
    with torch.no_grad():
        outputs = network(case.home.batch(8)[0])
    require(bool(torch.isfinite(outputs).all()), "the rewritten network's outputs are not finite")


def stays_pruned_in_fine_tuning(case: PrunerCase) -> None:
    """After masked steps with momentum the pruned weights are zero, and the others finite and moved."""
    given = case.input(case.home)
    at = case.pruner(given, case.home)
    if 0.5 not in at:
        raise NotApplicable("it declines sparsity 0.5")
    pruned = at[0.5]
    model: nn.Module = given.model
    apply_pruning(model, pruned)
    before = {
        name: dict(model.named_parameters())[f"{name}.weight"].detach().clone() for name in pruned.masks
    }
    try:
        train(model, case.home.data(), _training(), pruned.by_parameter())
    except Diverged as error:
        require(holds=False, sentence=f"fine-tuning from what it left failed: {error}")
    check_no_regrowth(model, pruned)
    parameters = dict(model.named_parameters())
    moved = any(not torch.equal(parameters[f"{name}.weight"], old) for name, old in before.items())
    require(moved, "no weight that it kept moved in fine-tuning")


class _Same(nn.Module):
    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight * 1.0


def _filled(bed: Bed, value: float) -> nn.Module:
    model = bed.model()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.fill_(value)
    return model


def _training() -> Training:
    return Training(
        component="the kit's network",
        recipe=StageRecipe(epochs=2, batch_size=6, lr=0.05, weight_decay=1e-3),
        loss=lambda step: functional.cross_entropy(step.outputs, step.targets),
        seed=0,
        after_epoch=lambda _: None,
    )


NETWORKS = rules(
    prunes_linear_layers,
    prunes_convolutions,
    prunes_grouped_convolutions,
    prunes_shared_weights,
    prunes_residual_networks,
    prunes_a_single_layer,
    prunes_double_precision,
    prunes_under_a_parametrization,
    prunes_ties_exactly,
    prunes_zero_weights_exactly,
    refuses_weights_that_are_not_numbers,
    rewrites_into_a_finite_network,
    prunes_with_every_choice,
    stays_pruned_in_fine_tuning,
)
