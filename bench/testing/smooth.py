"""Runs a network with rectifiers that leak, so that a zero gradient can only come from its structure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

_RECTIFIERS = frozenset(
    {
        functional.relu,
        functional.relu6,
        functional.hardtanh,
        torch.relu,
        torch.relu_,
        torch.clamp_min,
        Tensor.relu,
        Tensor.relu_,
    }
)


class LeakyRectifiers(TorchFunctionMode):
    """Replaces every rectifier by one with slope 0.1 below zero."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Let all other functions through."""
        del types
        if func in _RECTIFIERS:
            return functional.leaky_relu(args[0], 0.1)
        return func(*args, **(kwargs or {}))
