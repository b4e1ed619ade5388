"""What a parametrization must keep: the network's function, its gradients, and the way back."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from bench.engine.fold import fold
from bench.engine.prunable import prunable_layers
from bench.registry.components import Parametrization
from bench.structure import prunable_modules
from bench.testing.check import gates, require, rules
from bench.testing.common import Subject
from bench.testing.tiny import CONV, GROUPED, LINEAR, RESIDUAL, SHARED, Bed

ROUNDING = 1e-4


@dataclass(frozen=True)
class ParametrizationCase(Subject[Parametrization]):
    """A parametrization on the bench."""

    def on(self, bed: Bed, model: nn.Module | None = None, seed: int = 0) -> nn.Module:
        """The network of `bed`, parametrized; whatever the build draws comes from `seed`."""
        model = bed.model() if model is None else model
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made: Any = self.component.make(self.params)
            made(model)
        return model


def applies_to_a_small_network(case: ParametrizationCase) -> None:
    """It runs on a tiny network, in place, and returns nothing."""
    model = LINEAR.model()
    made: Any = case.component.make(case.params)
    returned = made(model)
    require(returned is None, f"it returned {type(returned).__name__}: it works on the model in place")


def keeps_the_prunable_layers(case: ParametrizationCase) -> None:
    """The same layers are prunable as before, with weights of the same shapes."""
    due = {name: tuple(layer.weight.shape) for name, layer in _layers(LINEAR.model()).items()}
    have = {name: tuple(layer.weight.shape) for name, layer in _layers(case.on(LINEAR)).items()}
    require(have == due, f"the prunable layers are {have}, were {due}")


def _keeps(case: ParametrizationCase, bed: Bed) -> None:
    plain, model = bed.model(), case.on(bed)
    inputs, _ = bed.batch(5)
    _close(model(inputs), plain(inputs), f"the network's output on {bed.name} changed")
    folded = fold(copy.deepcopy(model))
    before, after = plain.state_dict(), folded.state_dict()
    require(before.keys() == after.keys(), f"folding left {sorted(before.keys() ^ after.keys())[:3]} odd")
    for name, old in before.items():
        _close(after[name], old, f"{name} came back otherwise after folding")


def keeps_linear_layers(case: ParametrizationCase) -> None:
    """On linear layers the output stays as it was, and folding gives the weights back."""
    _keeps(case, LINEAR)


def keeps_convolutions(case: ParametrizationCase) -> None:
    """On convolutions likewise."""
    _keeps(case, CONV)


def keeps_grouped_convolutions(case: ParametrizationCase) -> None:
    """On grouped and depthwise convolutions likewise."""
    _keeps(case, GROUPED)


def keeps_shared_weights(case: ParametrizationCase) -> None:
    """Where two layers share a weight, the output stays as it was."""
    plain, model = SHARED.model(), case.on(SHARED)
    inputs, _ = SHARED.batch(5)
    _close(model(inputs), plain(inputs), "the output of layers that share a weight changed")


def keeps_normalised_networks(case: ParametrizationCase) -> None:
    """With batch normalisation and shortcuts likewise."""
    _keeps(case, RESIDUAL)


def keeps_double_precision(case: ParametrizationCase) -> None:
    """A float64 network stays float64, with its weights as exact as that."""
    plain = LINEAR.model().double()
    with torch.no_grad():
        for part in plain.parameters():
            part.mul_(math.pi)
    folded = fold(case.on(LINEAR, copy.deepcopy(plain)))
    for name, old in plain.state_dict().items():
        new = folded.state_dict()[name]
        require(new.dtype == old.dtype, f"{name} became {new.dtype}")
        gap = float((new - old).abs().max() / old.abs().max())
        require(gap < 1e-9, f"{name} is off by {gap:.1e}, which is single precision")


def folds_away_completely(case: ParametrizationCase) -> None:
    """After folding no parametrization is left, and the parameters have their plain names."""
    folded = fold(case.on(RESIDUAL))
    left = [name for name, module in folded.named_modules() if parametrize.is_parametrized(module)]
    require(not left, f"folding left parametrizations on {', '.join(left[:3])}")
    due, have = set(dict(RESIDUAL.model().named_parameters())), set(dict(folded.named_parameters()))
    require(have == due, f"after folding the parameters differ in {', '.join(sorted(due ^ have)[:3])}")


def folds_what_was_trained(case: ParametrizationCase) -> None:
    """After training, the folded network does exactly what the parametrized one did."""
    model = case.on(LINEAR)
    _step(model, LINEAR)
    inputs, _ = LINEAR.batch(5)
    _close(
        fold(copy.deepcopy(model))(inputs), model(inputs), "the trained network's output changed in folding"
    )


def leaves_something_to_train(case: ParametrizationCase) -> None:
    """Every prunable weight depends on a trainable parameter: a step of training moves it."""
    model = case.on(LINEAR)
    before = {name: layer.weight for name, layer in _layers(model).items()}
    require(any(part.requires_grad for part in model.parameters()), "no parameter is trainable")
    _step(model, LINEAR)
    for name, layer in _layers(model).items():
        require(not torch.equal(layer.weight, before[name]), f"a step of training did not move {name}")


def lets_gradients_through(case: ParametrizationCase) -> None:
    """Trainable parameters get finite gradients."""
    model = case.on(CONV)
    inputs, targets = CONV.batch(6)
    functional.cross_entropy(model(inputs), targets).backward()  # type: ignore[no-untyped-call]
    for name, part in model.named_parameters():
        if part.grad is not None:
            require(bool(torch.isfinite(part.grad).all()), f"the gradient of {name} is not finite")


def leaves_other_parameters_alone(case: ParametrizationCase) -> None:
    """Biases, normalisations and the model's mode are as they were."""
    plain, model = RESIDUAL.model(), case.on(RESIDUAL)
    weights = {f"{name}.weight" for name in prunable_modules(plain)}
    have = model.state_dict()
    for name, old in plain.state_dict().items():
        if name not in weights:
            require(name in have and torch.equal(have[name], old), f"{name} is not as it was")
    modules = dict(model.named_modules())
    switched = [name for name, _ in plain.named_modules() if name in modules and modules[name].training]
    require(not switched, f"it switched {', '.join(switched[:3]) or 'the model'} to train mode")


def restores_from_a_state(case: ParametrizationCase) -> None:
    """Parametrizing another network and loading the state gives the same outputs, as from the store."""
    model, other = case.on(RESIDUAL), case.on(RESIDUAL, RESIDUAL.model(seed=1), seed=1)
    other.load_state_dict(model.state_dict())
    inputs, _ = RESIDUAL.batch(5)
    require(torch.equal(other(inputs), model(inputs)), "a network restored from the state gave other outputs")


def can_be_copied(case: ParametrizationCase) -> None:
    """A deep copy does the same, and training it leaves the original alone."""
    model = case.on(LINEAR)
    inputs, _ = LINEAR.batch(5)
    before = model(inputs).detach()
    twin = copy.deepcopy(model)
    require(torch.equal(twin(inputs), before), "a deep copy gave other outputs")
    _step(twin, LINEAR)
    require(torch.equal(model(inputs), before), "training a deep copy changed the original")


def repeats_under_a_seed(case: ParametrizationCase) -> None:
    """Applied twice under one seed, it gives the same parameters."""
    one, other = case.on(LINEAR).state_dict(), case.on(LINEAR).state_dict()
    for name, value in one.items():
        require(torch.equal(value, other[name]), f"{name} came out in two ways under one seed")


def _layers(model: nn.Module) -> dict[str, Any]:
    return dict(prunable_layers(model, include_output=True))


def _step(model: nn.Module, bed: Bed) -> None:
    inputs, targets = bed.batch(12)
    optimizer = torch.optim.SGD([part for part in model.parameters() if part.requires_grad], lr=0.5)
    functional.cross_entropy(model(inputs), targets).backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def _close(new: Tensor, old: Tensor, sentence: str) -> None:
    require(new.shape == old.shape, f"{sentence}: its shape is {tuple(new.shape)}, was {tuple(old.shape)}")
    scale = float(old.detach().abs().max()) or 1.0
    gap = float((new - old).detach().abs().max()) / scale
    require(gap < ROUNDING, f"{sentence}, by {gap:.1e} of its size")


PARAMETRIZATION = (
    *gates(applies_to_a_small_network, repeats_under_a_seed, keeps_the_prunable_layers),
    *gates(keeps_linear_layers, folds_away_completely),
    *rules(
        folds_what_was_trained,
        leaves_something_to_train,
        lets_gradients_through,
        leaves_other_parameters_alone,
        restores_from_a_state,
        can_be_copied,
        keeps_convolutions,
        keeps_grouped_convolutions,
        keeps_shared_weights,
        keeps_normalised_networks,
        keeps_double_precision,
    ),
)
