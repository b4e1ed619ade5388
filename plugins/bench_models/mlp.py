"""Perceptrons of any widths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class Perceptron(nn.Module):
    """Linear layers `fc1`, `fc2`, … with ReLU between them; the last gives the logits."""

    def __init__(self, inputs: int, hidden: Sequence[int], num_classes: int, *, bias: bool) -> None:
        super().__init__()
        widths = (inputs, *hidden, num_classes)
        layers: dict[str, nn.Module] = {}
        for number, (width_in, width) in enumerate(pairwise(widths), start=1):
            if number > 1:
                layers[f"relu{number - 1}"] = nn.ReLU()
            layers[f"fc{number}"] = nn.Linear(width_in, width, bias=bias)
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, c, h, w), or vectors (n, d), to logits (n, classes)."""
        x = x.flatten(1)
        for layer in self.children():
            x = layer(x)
        return x
