"""How far pruning moved the layers as linear operators on feature maps, in operator norm."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bench.linalg import SpectralNorm, conv_operator_norm, spectral_norm
from bench.measure.layers import Numbers, means
from bench.measure.shapes import input_shapes
from bench.registry.contracts import Measured, MeasureInput

_KEYS = ("operator_error", "operator_error_bound")
_AXES = 4


def operator(given: MeasureInput, rtol: float = 1e-4) -> Measured:
    """Relative errors ‖𝒜 − 𝒜̃‖/‖𝒜‖ of each prunable layer as an operator, and their means.

    𝒜 is the circular convolution of stride 1 with the layer's kernel, dilated as in the layer, on
    feature maps of the size that the layer sees (Sedghi, Gupta and Long, ICLR 2019); stride and the
    kind of padding do not count. A linear layer is its own operator, so its value is its
    `spectral_error`. Not the norm of the matricised weight: ‖A‖₂ ≤ ‖𝒜‖ ≤ √(kh·kw)·‖A‖₂.
    `operator_error_bound` bounds the numerical error. None for three-dimensional convolutions, for
    layers that an example does not reach, and where the dense weights are all zero.
    """
    shapes = input_shapes(given.dense, given.layers.keys(), given.example)
    modules = dict(given.dense.named_modules())
    parameters = dict(given.pruned.named_parameters())
    per_layer: dict[str, Numbers] = {}
    for name, layer in given.layers.items():
        pruned = parameters[f"{name}.weight"].detach()
        if layer.kind == "linear":
            per_layer[name] = _errors([layer.weight], [pruned], None, rtol)
        elif name in shapes and layer.weight.ndim <= _AXES:
            dense = kernel_blocks(layer.weight, modules[name], layer.groups)
            size = (1, *shapes[name][2:])[-2:]
            per_layer[name] = _errors(dense, kernel_blocks(pruned, modules[name], layer.groups), size, rtol)
        else:
            per_layer[name] = dict.fromkeys(_KEYS)
    return Measured(means(per_layer, _KEYS), per_layer)


def kernel_blocks(weight: Tensor, module: nn.Module, groups: int) -> list[Tensor]:
    """The kernels of a convolution, shape (out/groups, in/groups, kh, kw), one a group.

    Dilation becomes zeros between the taps; a one-dimensional kernel gets kh = 1.
    """
    if weight.ndim == _AXES - 1:
        weight = weight.unsqueeze(2)
    dilation: tuple[int, ...] = (1, *module.dilation)[-2:]  # type: ignore[misc]
    taps = [(size - 1) * step + 1 for size, step in zip(weight.shape[2:], dilation, strict=True)]
    kernel = weight.new_zeros(*weight.shape[:2], *taps)
    kernel[:, :, :: dilation[0], :: dilation[1]] = weight
    return list(kernel.tensor_split(groups))


def _errors(dense: list[Tensor], pruned: list[Tensor], size: tuple[int, ...] | None, rtol: float) -> Numbers:
    reference, reference_bound = _largest(dense, size, rtol)
    if reference == 0:
        return dict.fromkeys(_KEYS)
    differences = [one.double() - other.double() for one, other in zip(dense, pruned, strict=True)]
    error, error_bound = _largest(differences, size, rtol)
    lowest = max(reference - reference_bound, torch.finfo(torch.float64).tiny)
    ratio = error / reference
    return {"operator_error": ratio, "operator_error_bound": (error_bound + ratio * reference_bound) / lowest}


def _largest(blocks: list[Tensor], size: tuple[int, ...] | None, rtol: float) -> tuple[float, float]:
    norms = [_norm(block, size, rtol) for block in blocks]
    return max(norm.value for norm in norms), max(norm.bound for norm in norms)


def _norm(block: Tensor, size: tuple[int, ...] | None, rtol: float) -> SpectralNorm:
    if size is None:
        return spectral_norm(block, rtol)
    return conv_operator_norm(block, (size[0], size[1]), rtol)
