"""A small tidy frame with everything in it that figures may draw: metrics, curves and traces."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from bench.board.frame import tidy

_UNITS = 6
_LAYERS = ("fc1", "fc2")


def figure_frame() -> pd.DataFrame:
    """Records of two networks, three methods and two sparsities over three seeds; no trial was run."""
    rows = [
        _row(model, method, (sparsity, seed))
        for model, method, sparsity, seed in product(
            ("mlp", "lenet-5"), ("magnitude", "random", "$\\frac{"), (0.5, 0.9), (0, 1, 2)
        )
    ]
    empty = tidy([])
    others = sorted({name for row in rows for name in row} - set(empty.columns))
    return pd.DataFrame(rows, columns=[*empty.columns, *others])


def _row(model: str, pruner: str, at: tuple[float, int]) -> dict[str, Any]:
    sparsity, seed = at
    draw = np.random.default_rng([seed, len(pruner), int(100 * sparsity), len(model)])
    accuracy, error = 1 - 0.3 * sparsity - 0.02 * draw.random(), sparsity * (1 + 0.1 * draw.random())
    mse = 10.0 ** -np.linspace(0, 3, _UNITS + 1) * (1 + 0.1 * draw.random())
    return {
        "trial_id": f"{model}{pruner}{sparsity}{seed}",
        "status": "ok",
        "cell": model,
        "entry": f"{model}{pruner}",
        "dense": model,
        "suite.name": "kit",
        "suite.version": "1",
        "spec.task": "kit",
        "spec.model": model,
        "spec.parametrization": "direct",
        "spec.pruner": pruner,
        "spec.params.scope": "global",
        "spec.schedule": "one-shot",
        "spec.output_layer": "included",
        "spec.seed": seed,
        "spec.sparsity": sparsity,
        "metrics.accuracy": accuracy,
        "metrics.accuracy_dense": 0.99,
        "metrics.accuracy_pruned": accuracy - 0.05,
        "metrics.mse": 1 - accuracy,
        "metrics.loss": 2 - accuracy,
        "metrics.sparsity": sparsity,
        "metrics.spectral_error": error,
        "metrics.frobenius_error": error / 2,
        "metrics.teacher_units": 3.0,
        "curves.units_kept": tuple(range(_UNITS + 1)),
        "curves.mse_by_units": tuple(float(value) for value in mse),
        "curves.path_quantiles": tuple(float(value) for value in np.sort(draw.normal(size=11))),
        "traces": tuple(_point(epoch, draw) for epoch in (0, 1, 2)),
    }


def _point(epoch: int, draw: np.random.Generator) -> dict[str, Any]:
    layers = {name: {"sv_1": 1 + epoch + draw.random(), "sv_2": 0.5} for name in _LAYERS}
    return {"measure": "sv-trace", "epoch": epoch, "metrics": {}, "per_layer": layers}
