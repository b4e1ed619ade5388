"""Watches a component while it looks at models: no edits, no randomness but its own generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from bench.errors import TrialFault

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_SETTINGS: tuple[tuple[str, Callable[[], object], Callable[..., object]], ...] = (
    ("gradients on or off", torch.is_grad_enabled, torch.set_grad_enabled),
    ("the default dtype", torch.get_default_dtype, torch.set_default_dtype),
    ("the number of threads", torch.get_num_threads, torch.set_num_threads),
    (
        "deterministic algorithms",
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
)


@dataclass(frozen=True)
class Trace:
    """Something that a component left behind, and the sentence that says so."""

    kind: Literal["model", "tensors", "mode", "settings", "randomness"]
    message: str


class Watch:
    """What there was before a component ran; `settle` puts it back and tells what had changed.

    Args:
        models: what the component may look at; the name goes before a parameter's in messages.
        tensors: further tensors that it is handed, such as "the weight of fc1".
    """

    def __init__(self, models: Mapping[str, nn.Module], tensors: Mapping[str, Tensor]) -> None:
        self._models = models
        self._tensors = tensors
        self._parts = {name: _copies(_parts(model)) for name, model in models.items()}
        self._copies = _copies(tensors)
        self._shapes = {name: _shape(model) for name, model in models.items()}
        self._modes = {name: _modes(model) for name, model in models.items()}
        self._settings = [get() for _, get, _ in _SETTINGS]
        self._randomness = _global_randomness()

    def settle(self) -> list[Trace]:
        """Restore values, modes and settings; gradients that were left are cleared in silence."""
        traces = []
        for name, model in self._models.items():
            edited = sorted(self._shapes[name] ^ _shape(model))
            edited += _restore(_parts(model), self._parts[name])
            if edited:
                traces.append(Trace("model", f"edited the model: {_few(name, edited)}"))
        if edited := _restore(self._tensors, self._copies):
            traces.append(Trace("tensors", f"edited the model: {_few('', edited)}"))
        for name, model in self._models.items():
            if switched := _restore_modes(model, self._modes[name]):
                traces.append(Trace("mode", f"switched the mode of the model: {_few(name, switched)}"))
            model.zero_grad(set_to_none=True)
        changed = []
        for (label, get, put), before in zip(_SETTINGS, self._settings, strict=True):
            if get() != before:
                changed.append(label)
                put(before)
        if changed:
            traces.append(Trace("settings", f"changed settings of torch: {_few('', changed)}"))
        if self._randomness != _global_randomness():
            traces.append(
                Trace("randomness", "drew from a global random generator; draw from `given.generator`")
            )
        return traces


@contextmanager
def watched(models: Mapping[str, nn.Module], tensors: Mapping[str, Tensor], component: str) -> Iterator[None]:
    """Let `component` use `models` and `tensors` inside the block, then check what it left.

    Raises:
        TrialFault: where a parameter, a buffer, a hook, a mode or a setting of torch was changed, or a
            global random generator was drawn from or reseeded. What was there is restored first, also
            where the component itself raised.
    """
    watch = Watch(models, tensors)
    try:
        yield
    except BaseException:
        watch.settle()
        raise
    if traces := watch.settle():
        raise TrialFault(component, traces[0].message)


def _parts(model: nn.Module) -> dict[str, Tensor]:
    return dict(model.named_parameters()) | dict(model.named_buffers())


def _copies(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def _shape(model: nn.Module) -> set[str]:
    """Everything about a model that is no number: its parts, what is trainable, and its hooks."""
    parts = {
        f"{name} ({'trainable' if part.requires_grad else 'fixed'})" for name, part in _parts(model).items()
    }
    hooks = {
        f"{len(found)} hooks of {name or 'the model'}"
        for name, module in model.named_modules()
        for kind in _HOOKS
        if (found := getattr(module, kind, None))
    }
    return parts | hooks


def _restore(after: Mapping[str, Tensor], before: Mapping[str, Tensor]) -> list[str]:
    edited = []
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


def _modes(model: nn.Module) -> dict[str, bool]:
    return {name: module.training for name, module in model.named_modules()}


def _restore_modes(model: nn.Module, before: Mapping[str, bool]) -> list[str]:
    switched = []
    for name, module in model.named_modules():
        if module.training != before.get(name, module.training):
            switched.append(name or "the whole model")
            module.training = before[name]
    return switched


def _few(owner: str, names: list[str]) -> str:
    return ", ".join(f"{owner} {name}".strip() for name in names[:3])


def _global_randomness() -> tuple[object, ...]:
    """The states of torch's, Python's and numpy's global generators, to be compared."""
    states = [torch.random.get_rng_state()]
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        states += torch.cuda.get_rng_state_all()
    legacy = _plain(np.random.get_state(legacy=False))  # noqa: NPY002 - it is what is watched
    return (*(state.numpy().tobytes() for state in states), random.getstate(), legacy)


def _plain(state: object) -> object:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state
