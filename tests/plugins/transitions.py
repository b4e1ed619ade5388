"""Frames of runs whose transition points are known, for the analyses of students and teachers."""

from __future__ import annotations

import pandas as pd


def step(height, knee, drop=0.5, floor=1e-2):
    """log₁₀ error falls by `drop` a unit down to `floor` at `knee` units, and stays there."""
    return [floor * 10 ** (drop * max(knee - n, 0)) for n in range(height + 1)]


def runs(cell, knees, height=50, teacher=20, floor=1e-2, **spec):
    """A row a seed for one contestant of `cell`: its error is level from `knees[seed]` units on."""
    return [
        row(cell, seed, step(height, knee, floor=floor), teacher, **spec) for seed, knee in enumerate(knees)
    ]


def row(cell, seed, errors, teacher=20, **spec):
    """One record: its curve, the teacher's size, and what tells its contestant apart."""
    kept = {"sparsity": 0.5, "variance": 3.0} | spec
    own = {f"spec.{key}": value for key, value in spec.items() if key not in ("sparsity", "variance")}
    return {
        "status": "ok",
        "cell": cell,
        "entry": f"{cell}|{sorted(own.items())}",
        "spec.task": cell,
        "spec.model": "mlp",
        "spec.pruner": "unit-norm",
        "spec.seed": seed,
        "spec.sparsity": kept["sparsity"],
        "metrics.teacher_units": float(teacher),
        "metrics.units": float(len(errors) - 1),
        "metrics.target_variance": kept["variance"],
        "curves.mse_by_units": None if errors is None else tuple(errors),
        **own,
    }


def frame_of(*groups):
    """The tidy frame of all rows of the groups."""
    return pd.DataFrame([one for group in groups for one in group])
