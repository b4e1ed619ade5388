"""Ratings of units by Torch-Pruning's importance classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch_pruning as tp
from torch import Generator, Tensor, nn

from bench import Params, PruneInput, Scorer, Unsupported, plain_copy
from bench_torch_pruning.graph import dependencies, group_of, refuse_groups


def rated_by(class_name: str, params: Params) -> Scorer:
    """A scorer that asks the importance class `class_name` for each layer's units."""
    options = {key: value for key, value in params.items() if key != "batch_size"}
    if options.get("normalizer") == "none":
        options["normalizer"] = None

    def score(given: PruneInput) -> dict[str, Tensor]:
        refuse_groups(given)
        model = plain_copy(given.model)
        importance = getattr(tp.importance, class_name)(**options)
        if "batch_size" in params:
            _backward(model, given, params["batch_size"])
        _refuse_not_finite(model)
        inputs, _ = given.batch(1)
        graph = dependencies(model, inputs)
        scores = {}
        with _drawing_from(given.generator):
            for name, layer in given.layers.items():
                rating = importance(group_of(graph, model.get_submodule(name), layer))
                if rating is None:
                    raise Unsupported(f"{name} has nothing that {class_name} rates")
                scores[name] = _settled(rating).to(layer.weight.device)
        return scores

    return score


def _settled(rating: Tensor) -> Tensor:
    """Where all units of a group are rated 0, normalising divides 0 by 0: they are equal, and the least."""
    return torch.where(rating.isnan(), 0.0, rating)


def _refuse_not_finite(model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        for tensor in (parameter, parameter.grad):
            if tensor is not None and not bool(tensor.isfinite().all()):
                raise ValueError(f"{name} or its gradient is not finite")


def _backward(model: nn.Module, given: PruneInput, size: int) -> None:
    inputs, targets = given.batch(size)
    given.loss(model(inputs), targets).backward()  # type: ignore[no-untyped-call]


@contextmanager
def _drawing_from(generator: Generator) -> Iterator[None]:
    """Torch-Pruning draws from torch's global CPU generator: seed it for the trial, and put it back."""
    seed = int(torch.randint(2**62, (), generator=generator))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
