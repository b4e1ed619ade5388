"""Records layer by layer: a row of the tidy frame for each prunable layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def by_layer(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A row for each layer of each record, its name in the column `layer`.

    What `metric` names are then the layer's own numbers, NaN where it has none.

    Args:
        rows: of the tidy frame, with its column `per_layer`.
        metric: a quantity of layers: a number's name, or two of them with a minus or a slash.

    Raises:
        UserError: for a number that no layer of the records has.
    """
    layers = list(rows["per_layer"])
    repeated = rows.loc[rows.index.repeat([len(each) for each in layers])].reset_index(drop=True)
    flat = [layer for each in layers for layer in each]
    columns = {}
    for name in re.split(r"\s+[-/]\s+", metric.strip()):
        if flat and not any(name in layer for layer in flat):
            raise UserError(f"no layer of the records has '{name}'", "name a number that layers have")
        values = (layer.get(name) for layer in flat)
        columns[f"metrics.{name}"] = [np.nan if value is None else float(value) for value in values]
    return repeated.assign(layer=[layer["name"] for layer in flat], **columns)
