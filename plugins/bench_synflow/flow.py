"""Synaptic flow: the strength of all paths through a network, and each weight's part of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench import PruneInput, Unsupported, plain_copy

_SHIFTED = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
)


class Flow:
    """R = 1ᵀ (Π |W|) 1 of a network whose weights are removed one after another.

    Tanaka, Kunin, Yamins and Ganguli (NeurIPS 2020): every parameter is replaced by its
    absolute value, the input is all ones, R is the sum of the outputs, and a weight scores
    ∂R/∂|w| · |w|, the strength of the paths through it. In float64, since products over many layers
    leave the range of float32.

    Batch normalisation is in eval mode, where it is a fixed scale, |γ| / √(σ² + ε). Biases and means are
    zero: they would feed paths that begin inside the network, so that a layer before them could be
    emptied and R stay positive, against the conservation law on which the method's promise rests.
    """

    def __init__(self, given: PruneInput) -> None:
        self._model = _strengths(given)
        self.weights = {name: self._model.get_parameter(f"{name}.weight") for name in given.layers}
        inputs, _ = given.batch(1)
        self._ones = torch.ones_like(inputs, dtype=torch.float64)
        self._check()

    def scores(self) -> dict[str, Tensor]:
        """Each weight's part of R, float64, of its layer's weight's shape."""
        with torch.enable_grad():
            strength = self._model(self._ones).sum()
        parts = torch.autograd.grad(
            strength, list(self.weights.values()), allow_unused=True, materialize_grads=True
        )
        return {
            name: part * weight.detach()
            for part, (name, weight) in zip(parts, self.weights.items(), strict=True)
        }

    @torch.no_grad()
    def _check(self) -> None:
        once, twice = self._model(self._ones), self._model(2 * self._ones)
        if bool(torch.isnan(once).any()):
            raise ValueError("the strength of the network's paths is not a number")
        if not bool(torch.isfinite(twice).all()):
            raise Unsupported("the strength of the network's paths leaves the range of float64")
        if not torch.allclose(twice, 2 * once, rtol=1e-6, atol=0.0):
            raise Unsupported(
                "SynFlow needs a network whose output scales with its input, such as one of ReLUs, pooling "
                "and batch normalisation"
            )


@torch.no_grad()
def _strengths(given: PruneInput) -> nn.Module:
    model = plain_copy(given.model).eval().double().requires_grad_(False)
    for parameter in model.parameters():
        parameter.abs_()
    for module in model.modules():
        if isinstance(module, _SHIFTED):
            for shift in (module.bias, getattr(module, "running_mean", None)):
                if isinstance(shift, Tensor):
                    shift.zero_()
    for name in given.layers:
        model.get_parameter(f"{name}.weight").requires_grad_(True)
    return model
