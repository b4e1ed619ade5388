"""What a pruner must return: one tensor a layer, of the right shape, type, device and count."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench.engine.fold import plain_copy
from bench.engine.sparsifying import keep_counts
from bench.errors import UserError
from bench.registry.contracts import Sparsified
from bench.registry.rewriting import Scored
from bench.suite.layers import by_stage, layered
from bench.suite.recipe import Recipe
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.pruner_case import (
    PrunerCase,
    by_layer,
    new_values,
    require_exact,
    supported,
    tensors,
)


def prunes_a_small_network(case: PrunerCase) -> None:
    """It runs on a tiny network and returns a mapping by layer."""
    answer = case.ask(case.home)
    if case.component.mode == "sparsify" and isinstance(answer, Scored):
        require(holds=False, sentence="it returned Scored, and sparsifies")
    scores = by_layer(answer)
    require(isinstance(scores, Mapping), f"it returned {type(scores).__name__}, not a mapping by layer name")


def rewrites_parameters_alone(case: PrunerCase) -> None:
    """New values go with scores of units, name parameters of the network with plain weights, and fit them."""
    answer = case.ask(case.home)
    values = new_values(answer)
    require(isinstance(values, Mapping), f"new values are {type(values).__name__}, not by parameter name")
    require(not values or case.component.unit == "unit", "it gave new values, and scores single weights")
    parameters = dict(plain_copy(case.home.model()).named_parameters())
    for name, value in values.items():
        require(name in parameters, f"new values of {name}, which is no parameter of the network")
        due, have = tuple(parameters[name].shape), tuple(getattr(value, "shape", ()))
        require(isinstance(value, Tensor), f"the new values of {name} are no tensor")
        require(have == due, f"the new values of {name} have shape {have}, not {due}")


def answers_for_every_layer(case: PrunerCase) -> None:
    """The keys are the names of the layers that it was given, all of them and no other."""
    due, have = set(case.input(case.home).layers), set(by_layer(case.ask(case.home)))
    require(not due - have, f"no answer for {', '.join(sorted(due - have))}")
    require(not have - due, f"an answer for {', '.join(map(str, have - due))}, which it was not given")


def returns_the_due_shapes(case: PrunerCase) -> None:
    """Scores and masks have the weight's shape, or one score a unit for unit pruners."""
    layers = case.input(case.home).layers
    for name, part in by_layer(case.ask(case.home)).items():
        weight = tuple(layers[name].weight.shape)
        scores = case.component.mode == "score"
        kind = Tensor if scores else Sparsified
        require(isinstance(part, kind), f"{name}: {type(part).__name__} where {kind.__name__} is due")
        due = weight if case.component.unit == "weight" or not scores else weight[:1]
        for label, tensor in tensors({name: part}).items():
            require(isinstance(tensor, Tensor), f"{label} is {type(tensor).__name__}, not a tensor")
            require(tuple(tensor.shape) == due, f"{label} has shape {tuple(tensor.shape)}, not {due}")


def returns_the_due_types(case: PrunerCase) -> None:
    """Scores and values are floating-point, masks are boolean."""
    for label, tensor in tensors(case.ask(case.home)).items():
        if label.startswith("the mask"):
            require(tensor.dtype == torch.bool, f"{label} is {tensor.dtype}, not boolean")
        else:
            require(tensor.dtype.is_floating_point, f"{label} is {tensor.dtype}, not floating-point")


def stays_on_the_device(case: PrunerCase) -> None:
    """What it returns lies on the device of the weights."""
    for label, tensor in tensors(case.ask(case.home)).items():
        require(tensor.device.type == "cpu", f"{label} is on {tensor.device}, the weights are on cpu")


def gives_numbers_only(case: PrunerCase) -> None:
    """No score is NaN, and every value is finite."""
    for label, tensor in tensors(case.ask(case.home)).items():
        if label.startswith("the scores"):
            require(not bool(tensor.isnan().any()), f"{label} hold NaN")
        else:
            require(bool(torch.isfinite(tensor).all()), f"{label} are not finite")


def keeps_exactly_what_it_is_told(case: PrunerCase) -> None:
    """A sparsifier keeps the given number of weights in each layer, or says that it cannot."""
    if case.component.mode == "score":
        raise NotApplicable("it gives scores: the harness keeps the count")
    layers = case.input(case.home).layers
    answers = supported(lambda sparsity: case.ask(case.home, sparsity=sparsity), (0.0, 0.1, 0.5, 0.9, 1.0))
    for sparsity, answer in answers.items():
        keep = keep_counts(layers, sparsity, "layer")
        for name, part in by_layer(answer).items():
            have = int(part.mask.sum())
            require(have == keep[name], f"told to keep {keep[name]} weights of {name}, it kept {have}")


def reaches_every_sparsity(case: PrunerCase) -> None:
    """From 0 to 1, the number of zeros is exactly round(sparsity x weights), also for odd sizes."""
    require_exact(case, case.input(case.home), case.on(case.home), "global")


def spreads_by_layer_too(case: PrunerCase) -> None:
    """With scope 'layer', every layer loses the same share, and the total is exact."""
    if "layer" not in case.component.scopes:
        raise NotApplicable("it has no scope 'layer'")
    require_exact(case, case.input(case.home), case.on(case.home, "layer"), "layer")


def gives_values_only_where_it_keeps(case: PrunerCase) -> None:
    """Where a sparsifier gives new values, those of pruned weights are zero."""
    answer = by_layer(case.ask(case.home))
    values = {name: part for name, part in answer.items() if isinstance(part, Sparsified)}
    if all(part.values is None for part in values.values()):
        raise NotApplicable("it gives no values")
    for name, part in values.items():
        if part.values is not None:
            require(not bool(part.values[~part.mask].any()), f"{name}: pruned weights have values")


def recipe_keys_are_known(case: PrunerCase) -> None:
    """The recipe keys that it claims, such as train.weight_decay, exist and have the right type."""
    if case.component.recipe is None:
        raise NotApplicable("it claims no recipe keys")
    try:
        layered(Recipe(), [by_stage(case.component.recipe(case.params))], "recipe")
    except UserError as error:
        require(holds=False, sentence=error.message)


CONTRACT = (
    *gates(
        prunes_a_small_network,
        rewrites_parameters_alone,
        answers_for_every_layer,
        returns_the_due_shapes,
        returns_the_due_types,
        stays_on_the_device,
        gives_numbers_only,
        keeps_exactly_what_it_is_told,
    ),
    *rules(recipe_keys_are_known, gives_values_only_where_it_keeps),
)
BUDGET = rules(reaches_every_sparsity, spreads_by_layer_too)
