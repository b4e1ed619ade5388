"""Watches a component while it looks at a model: no edits, no randomness but its own generator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from bench.errors import TrialFault
from bench.registry.contracts import Layer


@contextmanager
def watched(model: nn.Module, layers: Mapping[str, Layer], component: str) -> Iterator[None]:
    """Let `component` use `model` and its `layers` inside the block, then check what it left.

    Raises:
        TrialFault: where a parameter, a buffer or a module's mode was changed, or a global random
            generator was drawn from or reseeded. The model is restored first.
    """
    weights = {f"the weight of {name}": layer.weight for name, layer in layers.items()}
    before = {name: tensor.detach().clone() for name, tensor in (_tensors(model) | weights).items()}
    modes = {name: module.training for name, module in model.named_modules()}
    randomness = _global_randomness()
    yield
    edited = _restore(_tensors(model) | weights, before)
    switched = [
        name or "the model" for name, module in model.named_modules() if module.training != modes.get(name)
    ]
    for name, module in model.named_modules():
        module.training = modes.get(name, module.training)
    model.zero_grad(set_to_none=True)
    if edited:
        raise TrialFault(component, f"edited the model: {', '.join(edited[:3])}")
    if switched:
        raise TrialFault(component, f"switched the mode of the model: {', '.join(switched[:3])}")
    if not _same(randomness, _global_randomness()):
        raise TrialFault(component, "drew from a global random generator; draw from `given.generator`")


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    return dict(model.named_parameters()) | dict(model.named_buffers())


def _restore(after: dict[str, Tensor], before: dict[str, Tensor]) -> list[str]:
    edited = sorted(before.keys() ^ after.keys())
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            continue
        if new.shape != old.shape or new.dtype != old.dtype:
            edited.append(name)
        elif not torch.equal(torch.nan_to_num(new), torch.nan_to_num(old)):
            edited.append(name)
            with torch.no_grad():
                new.copy_(old)
    return edited


def _global_randomness() -> tuple[Tensor, object, object]:
    state = np.random.get_state(legacy=False)  # noqa: NPY002 - the legacy global is what is watched
    return torch.random.get_rng_state(), random.getstate(), _plain(state)


def _plain(state: object) -> object:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def _same(one: tuple[Tensor, object, object], other: tuple[Tensor, object, object]) -> bool:
    return torch.equal(one[0], other[0]) and one[1:] == other[1:]
