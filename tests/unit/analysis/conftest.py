"""Small frames as `tidy` gives them, with numbers that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest


def frame_of(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows of spec and metrics; `cell` and `entry` follow from the spec as in the tidy frame."""
    table = []
    for row in rows:
        spec = {"task": "t", "model": "m", "pruner": "magnitude", "sparsity": 0.5, "seed": 0} | {
            key: value for key, value in row.items() if not key.startswith("metrics.")
        }
        metrics = {key: value for key, value in row.items() if key.startswith("metrics.")}
        fixed = {key: value for key, value in spec.items() if key not in ("seed", "sparsity")}
        table.append(
            {
                "status": spec.pop("status", "ok"),
                "cell": f"{spec['task']}|{spec['model']}",
                "entry": repr(sorted(fixed.items())),
                **{f"spec.{key}": value for key, value in spec.items()},
                **metrics,
            }
        )
    return pd.DataFrame(table)


@pytest.fixture
def frame() -> Callable[[Iterable[dict[str, Any]]], pd.DataFrame]:
    return frame_of
