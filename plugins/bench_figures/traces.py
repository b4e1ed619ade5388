"""What trace measures read while dense networks were trained, over epochs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import bench
from bench_figures.lines import Drawing, draw_lines
from bench_figures.panels import Titles
from bench_figures.rows import chosen, joined, numeric
from bench_figures.words import inert, title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WHOLE = "all layers"


def figure(params: bench.Params) -> bench.FigureFunction:
    """Draws what `keys` name of each layer over epochs, a line a layer and key."""
    return partial(_draw, params=params)


def _draw(frame: pd.DataFrame, params: bench.Params) -> Figure:
    rows = _once(chosen(frame, params["where"]))
    table = _table(rows, params)
    title = " · ".join(title_of(one) for one in params["hue"])
    drawing = Drawing.of(params, title, coloured=numeric(table, params["hue"]))
    done = draw_lines(table, drawing)
    done.panels.legend([(title, done.handles)])
    return done.panels.finish(_titles(params), whole_x=True)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a dense network: trials that share one hold the same trace."""
    if "traces" not in rows:
        raise bench.Unsupported("no selected record has traces")
    keys = [name for name in ("cell", "dense", "spec.seed") if name in rows]
    return rows.drop_duplicates(keys)


def _table(rows: pd.DataFrame, params: bench.Params) -> pd.DataFrame:
    """A row a record, layer and key: `x` the epochs, `y` the numbers, and the record's columns."""
    found = [
        {"row": place, "layer": layer, "key": key, "x": epochs, "y": values}
        for place, points in enumerate(rows["traces"])
        for (layer, key), (epochs, values) in _series(points, params).items()
    ]
    if not found:
        raise bench.Unsupported(
            f"no selected record has {', '.join(params['keys'])} of the trace '{params['measure']}'"
        )
    lines = pd.DataFrame(found)
    own = rows.drop(columns=["layer", "key", "x", "y"], errors="ignore").iloc[lines.pop("row").tolist()]
    table = pd.concat([own.reset_index(drop=True), lines], axis=1)
    return table.assign(
        line=table["layer"] + "\0" + table["key"],
        hue=joined(table, params["hue"], params["names"]),
        col=joined(table, params["col"], params["names"], told=True),
    )


def _series(points: Any, params: bench.Params) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Epochs and numbers by layer and key; metrics of the whole network are of `all layers`."""
    seen: dict[tuple[str, str], dict[int, float]] = {}
    for point in points if isinstance(points, tuple | list) else ():
        if point["measure"] == params["measure"]:
            for place, value in _numbers(point, params):
                seen.setdefault(place, {})[point["epoch"]] = value
    lines = {place: _line(values) for place, values in seen.items()}
    return {place: (x, _relative(y, params["relative"])) for place, (x, y) in lines.items()}


def _line(values: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
    epochs = sorted(values)
    return np.array(epochs, dtype=float), np.array([values[epoch] for epoch in epochs], dtype=float)


def _numbers(point: Mapping[str, Any], params: bench.Params) -> Iterator[tuple[tuple[str, str], float]]:
    every = {_WHOLE: point.get("metrics") or {}, **(point.get("per_layer") or {})}
    for layer, numbers in every.items():
        if layer != _WHOLE and not _fits(layer, params["layers"]):
            continue
        for key, value in numbers.items():
            if value is not None and _fits(key, params["keys"]):
                yield (layer, key), float(value)


def _fits(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _relative(values: np.ndarray, to: str) -> np.ndarray:
    if not to:
        return values
    unit = values[0] if to == "first" else values[-1]
    return values / unit if unit else np.full_like(values, np.nan)


def _titles(params: bench.Params) -> Titles:
    y = " and ".join(params["keys"])
    if all(key.startswith("sv_") for key in params["keys"]):
        y = "Singular value" if params["keys"] != ["sv_1"] else "Largest singular value"
    if params["relative"]:
        y = f"{y} / {'first' if params['relative'] == 'first' else 'last'} value"
    return Titles(params["x_label"] or "Epoch", params["y_label"] or inert(y))
