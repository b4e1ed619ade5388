"""How a network starts: from which weights, and with which of them frozen."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

from bench.structure import prunable_modules

M = TypeVar("M", bound=nn.Module)


def begun(model: M, *, init: str, output: str, std: float) -> M:
    """`model` with its initial weights, in place.

    Args:
        model: of Linear layers and convolutions, as torch initialises them.
        init: "default" leaves them, "glorot" draws them from U(-a, a) with a = sqrt(6 / (in + out)), for
            convolutions times their taps (Glorot and Bengio 2010, equation 16), "normal" from
            N(0, std²); both set biases to zero.
        output: "trained", or "ones" to freeze the last layer's weights at one.
        std: the deviation of "normal".
    """
    modules = list(prunable_modules(model).values())
    for module in modules if init != "default" else ():
        if init == "glorot":
            nn.init.xavier_uniform_(module.weight)  # type: ignore[arg-type]
        else:
            nn.init.normal_(module.weight, std=std)  # type: ignore[arg-type]
        if module.bias is not None:
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    if output == "ones":
        nn.init.ones_(modules[-1].weight).requires_grad_(False)  # type: ignore[arg-type]
    return model
