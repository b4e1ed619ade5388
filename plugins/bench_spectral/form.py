"""The spectral form of a weight: eigenvalues of its outputs and inputs, and eigenvectors."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Sides = Literal["out", "in", "both"]
Form = Literal["additive", "gate"]


class Spectral(nn.Module):
    """Makes a weight of eigenvectors φ and eigenvalues λ of its outputs and inputs.

    Of shape (out, in/groups, …), with i for outputs and j for inputs (Giambagli et al. 2023, section 2):
    additive, w_ij = (λ_in,j − λ_out,i)·φ_ij; as a gate, w_ij = −λ_in,j·λ_out,i·φ_ij. Where one side has
    no eigenvalues both are −λ_out,i·φ_ij, or λ_in,j·φ_ij. With neither, w = φ.

    Args:
        outputs: whether there is λ_out, shape (out,).
        inputs: whether there is λ_in, shape (in,).
        form: how the two combine.
        groups: of a convolution.
        norm: the name of the batch normalisation that cancels λ_out, and whose scale takes its place;
            "" where there is none.
    """

    def __init__(self, *, outputs: bool, inputs: bool, form: Form, groups: int, norm: str) -> None:
        super().__init__()
        self.outputs, self.inputs, self.form = outputs, inputs, form
        self.groups, self.norm = groups, norm

    def forward(self, vectors: Tensor, *values: Tensor) -> Tensor:
        """The weight, of the shape of `vectors`; `values` are λ_out, then λ_in, where they are."""
        if not values:
            return vectors
        parts = list(values)
        out = self._by_output(parts.pop(0), vectors) if self.outputs else None
        into = self._by_input(parts.pop(0), vectors) if self.inputs else None
        if into is None:
            assert out is not None  # noqa: S101 - for the type checker: there is one at least
            return -out * vectors
        if out is None:
            return into * vectors
        return (into - out) * vectors if self.form == "additive" else -(into * out) * vectors

    def right_inverse(self, weight: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Eigenvectors equal to `weight`, and eigenvalues with which they are the weight, to the bit.

        λ_out = −1; λ_in = 1, or 0 where it is added to λ_out.
        """
        found = [weight.clone()]
        if self.outputs:
            found.append(torch.full_like(weight.flatten(1)[:, 0], -1.0))
        if self.inputs:
            start = 0.0 if self.outputs and self.form == "additive" else 1.0
            found.append(weight.new_full((weight.shape[1] * self.groups,), start))
        return tuple(found) if len(found) > 1 else found[0]

    def _by_output(self, values: Tensor, vectors: Tensor) -> Tensor:
        return values.view(-1, *[1] * (vectors.ndim - 1))

    def _by_input(self, values: Tensor, vectors: Tensor) -> Tensor:
        by_group = values.view(self.groups, 1, vectors.shape[1])
        rows = by_group.expand(-1, len(vectors) // self.groups, -1).reshape(len(vectors), -1)
        return rows.view(*rows.shape, *[1] * (vectors.ndim - 2))
