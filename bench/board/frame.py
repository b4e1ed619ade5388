"""The tidy frame: one row a record, columns dotted as in the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bench.board.identity import Identities
from bench.plan.canonical import canonical_json

if TYPE_CHECKING:
    from pandas import DataFrame

    from bench.store.record import Record

_TEXT = (
    "trial_id",
    "status",
    "cell",
    "entry",
    "dense",
    "suite.name",
    "suite.version",
    "spec.task",
    "spec.model",
    "spec.parametrization",
    "spec.pruner",
    "spec.params.scope",
    "spec.schedule",
    "spec.output_layer",
)
_NUMBERS = (
    "spec.sparsity",
    "metrics.accuracy",
    "metrics.accuracy_dense",
    "metrics.accuracy_pruned",
    "metrics.mse",
    "metrics.mse_dense",
    "metrics.loss",
    "metrics.sparsity",
    "metrics.compression",
    "metrics.spectral_error",
    "metrics.frobenius_error",
    "metrics.macs",
    "metrics.macs_dense",
    "metrics.params_total",
    "metrics.params_nonzero",
    "timing.train",
    "timing.prune",
    "timing.finetune",
    "timing.measure",
)
_TUPLES = ("traces", "per_layer")
COLUMNS = (*_TEXT, "spec.seed", *_NUMBERS, *_TUPLES)
PENALTIES = ("spec.recipe.train.penalties.", "spec.recipe.finetune.penalties.")
_LEFT_OUT = ("per_layer", "curves", "traces", "volatile", "unmeasured")


def tidy(records: Iterable[Record]) -> DataFrame:
    """A frame with a row for each record, in their order.

    The columns of `COLUMNS` are always there and come first; the record's other fields follow by
    name. Metrics and timings are floats, NaN where a record has none; fields that hold lists are
    JSON. Three columns are computed: `cell` names what may be compared (suite, task, model), `entry`
    the contestant (all of the spec but seed and sparsity), `dense` the training that its dense
    networks share. `spec.recipe.train.penalties.NAME` is the weight of that penalty, 0 where
    a record's recipe has none of it; so for fine-tuning. Reasons stay in the record.

    Three kinds of columns hold more than a number: `curves.NAME` a tuple of numbers, None where a record
    has no such curve; `traces` a tuple of points as dicts with measure, epoch, metrics, per_layer and,
    where there are any, curves; `per_layer` a tuple of dicts with a layer's name and numbers. `flat` leaves
    all three out.
    """
    import pandas as pd

    known = Identities()
    rows = [_row(record, known) for record in records]
    others = sorted({key for row in rows for key in row} - set(COLUMNS))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *others])
    weights = [name for name in others if name.startswith(PENALTIES)]
    frame[weights] = frame[weights].astype("float64").fillna(0.0)
    numbers = [
        *_NUMBERS,
        *(name for name in others if name.startswith(("metrics.", "timing."))),
    ]
    types: dict[str, Any] = dict.fromkeys(numbers, "float64") | {"spec.seed": "int64"}
    types |= dict.fromkeys([*_TEXT, *frame.columns[frame.dtypes == "str"]], "object")
    nested = [name for name in frame.columns if _is_nested(name)]
    whole = {
        name: pd.Series([row.get(name) for row in rows], index=frame.index, dtype="object") for name in nested
    }
    return frame.astype(types).assign(**whole).copy()


def flat(frame: DataFrame) -> DataFrame:
    """A tidy frame without the columns that a table of plain values cannot hold: curves and traces."""
    return frame[[name for name in frame.columns if not _is_nested(name)]]


def _is_nested(name: str) -> bool:
    return name in _TUPLES or name.startswith("curves.")


def _row(record: Record, known: Identities) -> dict[str, Any]:
    plain = record.plain()
    kept = {key: value for key, value in plain.items() if key not in _LEFT_OUT}
    curves = {f"curves.{name}": curve for name, curve in record.curves.items()}
    tuples = {name: tuple(plain.get(name, ())) for name in _TUPLES}
    own = _penalties(plain["spec"]["recipe"]) | known.of(plain)
    return _flat(kept, "") | own | curves | tuples


def _penalties(recipe: Mapping[str, Any]) -> dict[str, float]:
    """The weights of a recipe's penalties; of one that is there twice, their sum."""
    weights: dict[str, float] = {}
    for prefix, stage in zip(PENALTIES, ("train", "finetune"), strict=True):
        for penalty in recipe[stage]["penalties"]:
            name = f"{prefix}{penalty['objective']}"
            weights[name] = weights.get(name, 0.0) + float(penalty["weight"])
    return weights


def _flat(plain: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The fields of `plain`, of JSON types, by their dotted names."""
    row: dict[str, Any] = {}
    for key, item in plain.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict):
            row |= _flat(item, f"{name}.")
        else:
            row[name] = canonical_json(item).decode() if isinstance(item, list) else item
    return row
