"""What a unit pruner returns that rewrites a network before units are removed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Scored:
    """Scores of units, and new values of parameters of the network that they are of.

    The harness writes the values before it removes units, at every sparsity the same ones, so they must
    be right for the network that keeps all of its units: a rewriting of the function that it computes.

    Args:
        scores: by layer, shape (out,); higher is more important.
        values: by the parameter's name in the network with plain weights, such as "fc2.weight": of its
            shape, floating-point and finite. Any parameter can be named, of other layers too.
    """

    scores: Mapping[str, Tensor]
    values: Mapping[str, Tensor] = field(default_factory=dict)
