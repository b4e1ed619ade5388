"""What the tests of weight pruners share: an input by hand, and the built-in pruners by name."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine.prunable import prunable_layers
from bench.registry.contracts import PruneInput


def given_for(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = functional.mse_loss,
) -> PruneInput:
    """A pruner's input whose training data are `inputs`, in their order, and `targets`, or zeros (n, 1)."""
    due = torch.zeros(len(inputs), 1, dtype=inputs.dtype) if targets is None else targets
    return PruneInput(
        model=model.eval(),
        layers=prunable_layers(model, include_output=True),
        generator=torch.Generator().manual_seed(0),
        batch=lambda size: (inputs[:size], due[:size]),
        loss=loss,
    )


def linear(*rows: list[float]) -> nn.Linear:
    """A linear layer without a bias, with these weights."""
    weight = torch.tensor(rows)
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = weight
    return layer


def seeded(build: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    """A network initialised from `seed`; the global generator stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build().eval()


def normal(*shape: int, seed: int = 1) -> Tensor:
    """Normal numbers from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
