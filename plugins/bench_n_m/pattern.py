"""Masks of N:M patterns."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from bench import Layer, PruneInput, Sparsified, Sparsifier, Unsupported


def n_of_m(n: int, m: int) -> Sparsifier:
    """Of every `m` weights in a row along the input, keep the `n` largest by magnitude.

    Mishra et al. (2021) for 2:4, here for any N and M. A row of a linear layer is the weights of one
    output; of a convolution, those of one output channel at one place of the kernel, along the input
    channels (of the group), which is how sparse matrix units read it. Equal magnitudes: the later stays.

    A row's last group has fewer than m weights where m does not divide the inputs. It is taken as
    filled up with zeros, so at most n of it stay; which do, the largest over all last groups of the
    layer, is settled so that the layer keeps exactly as many weights as the harness says.
    """

    def sparsify(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
        return {name: Sparsified(_mask(layer, keep[name], n, m)) for name, layer in given.layers.items()}

    return sparsify


def _mask(layer: Layer, keep: int, n: int, m: int) -> Tensor:
    weight = layer.weight
    if bool(weight.isnan().any()):
        raise ValueError(f"a weight of {layer.name} is NaN")
    if abs(keep - weight.numel() * n / m) > 1:
        raise Unsupported(
            f"{n}:{m} keeps {n / m:.4g} of each layer, not {keep} of the {weight.numel()} weights of "
            f"{layer.name}: ask for sparsity {1 - n / m:.4g}"
        )
    size = weight.abs().movedim(1, -1)
    rows = size.flatten(0, -2)
    whole = rows.shape[1] // m * m
    groups = rows[:, :whole].reshape(-1, m)
    mask = torch.zeros_like(rows, dtype=torch.bool)
    mask[:, :whole] = _largest(groups, n).reshape(len(rows), whole)
    mask[:, whole:] = _rest(rows[:, whole:], n, keep - int(mask.sum()), layer.name)
    return mask.reshape(size.shape).movedim(-1, 1).contiguous()


def _rest(last: Tensor, n: int, keep: int, name: str) -> Tensor:
    """A mask of the rows' last, shorter groups: `keep` in all, at most `n` in each."""
    allowed = _largest(last, min(n, last.shape[1]))
    if not 0 <= keep <= int(allowed.sum()):
        raise Unsupported(
            f"the pattern leaves no room for exactly {keep} weights in the last groups of {name}"
        )
    ranked = torch.where(allowed, last, -1.0).flatten()
    mask = torch.zeros_like(ranked, dtype=torch.bool)
    mask[ranked.argsort(stable=True)[len(ranked) - keep :]] = True
    return mask.view_as(last)


def _largest(rows: Tensor, count: int) -> Tensor:
    """The `count` largest of each row, of equal ones the later, as a mask."""
    mask = torch.zeros_like(rows, dtype=torch.bool)
    order = rows.argsort(dim=1, stable=True)
    return mask.scatter_(1, order[:, rows.shape[1] - count :], value=True)
