"""The parameters that the harness adds to components, and keeps from their builds."""

from __future__ import annotations

from bench.registry.parameters import Param

SCOPES = ("global", "layer", "erk", "uniform-plus")
SCOPE = Param(
    "scope",
    str,
    "global",
    "how the budget is spread over layers: by rank over all, the same share in each, by ERK, or uniform+",
    choices=SCOPES,
)
BUDGET = Param(
    "budget",
    str,
    "weights",
    "what the sparsity is a share of: prunable weights, met to the nearest whole unit, or hidden units",
    choices=("weights", "units"),
)
SHAPE = (
    Param("num_classes", int, help="outputs of the last layer", minimum=1),
    Param("in_channels", int, help="channels of the input, or its length for vectors", minimum=1),
    Param("image_size", int, help="height and width of the input; 1 for vectors", minimum=1),
)
EPOCHS = Param(
    "epochs",
    int,
    [0, 1, 2, 5, 10],
    "after which epochs of training to read; 0 is before the first, those past the last are left out",
    minimum=0,
    many=True,
)
