"""The paper's matrices: softened and sharpened answers, and what labels and answers have in common."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def one_hot(targets: Tensor, classes: int) -> Tensor:
    """Y: the labels (n,) as rows (n, classes), float64."""
    return functional.one_hot(targets, classes).double()


def softened(logits: Tensor, temperature: float) -> Tensor:
    """P_T: the softmax of logits/T, shape (n, classes), float64."""
    return torch.softmax(logits.double() / temperature, 1)


def sharpened(logits: Tensor) -> Tensor:
    """The limit of P_γT as γ → 0: all on the largest logit; ties share, as they do in the limit."""
    at_top = (logits == logits.max(1, keepdim=True).values).double()
    return at_top / at_top.sum(1, keepdim=True)


def symmetrised(product: Tensor) -> Tensor:
    """Half the sum of a square matrix and its transpose."""
    return (product + product.T) / 2


def cross(first: Tensor, second: Tensor) -> Tensor:
    """H of equations 5 and 6: sym(δAᵀ δB)/N of rows (N, C), δ taking off the column means; (C, C)."""
    return symmetrised((first - first.mean(0)).T @ (second - second.mean(0))) / len(first)


def means_product(first: Tensor, second: Tensor) -> Tensor:
    """sym(⟨A⟩ᵀ⟨B⟩) of rows (N, C): what centring takes off; its trace is 1/C where either is uniform."""
    return symmetrised(torch.outer(first.mean(0), second.mean(0)))


def blend(hard: Tensor, soft: Tensor, temperature: float, alpha: float) -> Tensor:
    """(T·hard + α·soft)/(T + α): equations 3 and 4, for labels and for answers."""
    return (temperature * hard + alpha * soft) / (temperature + alpha)


def bulk_eigenvalues(matrix: Tensor) -> Tensor:
    """The C − 1 eigenvalues of a symmetric (C, C) on the complement of the vector of ones, ascending.

    A matrix of centred rows that sum to one maps the ones to zero; that mode says nothing.
    """
    size = len(matrix)
    basis = torch.eye(size, dtype=matrix.dtype, device=matrix.device)
    basis[:, 0] = 1
    complement = torch.linalg.qr(basis).Q[:, 1:]
    values: Tensor = torch.linalg.eigvalsh(complement.T @ matrix @ complement)
    return values
