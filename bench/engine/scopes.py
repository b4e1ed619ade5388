"""The harness's budgets by layer: how many weights, or units, each layer loses under a scope."""

from __future__ import annotations

from collections.abc import Mapping

from bench.engine.budget import apportion, share_out, zeros_of
from bench.errors import Unsupported
from bench.registry.contracts import Layer

ERK_OF_UNITS = "scope 'erk' is defined by connections: it says nothing about units"


def zeros_by_layer(
    layers: Mapping[str, Layer], sparsity: float, scope: str, unit: str = "weight"
) -> dict[str, int]:
    """What each layer loses at `sparsity`: exactly round(sparsity · total) in all.

    "layer" is the uniform budget, the same share everywhere; for "erk" and "uniform-plus" see the
    functions of that name. Under those two no layer regains anything as sparsity grows.

    Raises:
        Unsupported: where the scope cannot reach the sparsity, or says nothing about units.
    """
    sizes = {
        name: layer.weight.numel() if unit == "weight" else len(layer.weight)
        for name, layer in layers.items()
    }
    if scope == "erk":
        if unit != "weight":
            raise Unsupported(ERK_OF_UNITS)
        return erk(layers, zeros_of(sparsity, sum(sizes.values())))
    if scope == "uniform-plus":
        return uniform_plus(layers, sizes, zeros_of(sparsity, sum(sizes.values())))
    return apportion(sizes, sparsity)


def erk(layers: Mapping[str, Layer], zeros: int) -> dict[str, int]:
    """The Erdős–Rényi-Kernel budget: density in proportion to Σ dimensions / Π dimensions.

    Evci, Gale, Menick, Castro and Elsen (Rigging the Lottery, ICML 2020), section 3: a layer of shape
    (out, in, kh, kw) keeps ε · (out + in + kh + kw) of its out · in · kh · kw weights. Layers for which
    that is too many stay dense, and the others share what is left, again and again.
    """
    sizes = {name: layer.weight.numel() for name, layer in layers.items()}
    dimensions = {name: sum(layer.weight.shape) for name, layer in layers.items()}
    kept = share_out(sum(sizes.values()) - zeros, dimensions, sizes)
    return {name: sizes[name] - kept[name] for name in layers}


def uniform_plus(layers: Mapping[str, Layer], sizes: Mapping[str, int], zeros: int) -> dict[str, int]:
    """The "uniform+" budget: first convolution dense, output layer at most 80 % sparse, others equal.

    Gale, Elsen and Hooker (The State of Sparsity in Deep Neural Networks, 2019). The other
    layers lose a larger share, the same in each, so that the total is exact. A network without a
    convolution has no layer that stays dense; one whose output layer is not pruned has no such limit.

    Raises:
        Unsupported: where the other layers have too few weights for the total.
    """
    caps = uniform_plus_caps(layers, sizes)
    most, total = sum(caps.values()), sum(sizes.values())
    if zeros > most:
        raise Unsupported(
            f"scope 'uniform-plus' can remove {most} of {total} ({most / total:.1%}), not {zeros}: the first "
            "convolution stays dense and the output layer loses at most 80 %"
        )
    return share_out(zeros, {name: sizes[name] if caps[name] else 0 for name in layers}, caps)


def uniform_plus_caps(layers: Mapping[str, Layer], sizes: Mapping[str, int]) -> dict[str, int]:
    """The most that each layer can lose under "uniform+"."""
    first = next((name for name, layer in layers.items() if layer.kind == "conv"), None)
    return {
        name: 0 if name == first else 4 * sizes[name] // 5 if layer.is_output else sizes[name]
        for name, layer in layers.items()
    }
