"""Numbers of a record: in range, and in agreement with each other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bench.board.submission.problems import Complaint, Complaints, quoted
from bench.store.verify import miscount

if TYPE_CHECKING:
    from bench.store.record import LayerRecord, Record

COUNTS = (
    "weights",
    "zeros",
    "mask_zeros",
    "params_total",
    "params_nonzero",
    "units",
    "active_units",
    "dead_rows",
    "dead_output_rows",
    "collapsed_layers",
)
ROUNDING = 1e-9
_FRACTION = re.compile(
    r"(mask_)?sparsity|matched|(validation_|bn_)?accuracy(_top5)?(_dense|_pruned)?|accuracy_by_units"
)
_NOT_NEGATIVE = re.compile(
    r"macs(_dense)?|mse(_dense|_pruned|_by_units)?|(spectral|frobenius)_error(_bound)?"
)
_AT_LEAST_ONE = re.compile(r"compression(_prunable)?|speedup_theoretical")
_PRIMARY = ("accuracy", "mse")
_SPARSITY = ("sparsity", "weights", "zeros", "mask_zeros")
_HINT = "submit the record as prunebench wrote it; numbers are never corrected by hand"


def number_complaints(record: Record) -> Complaints:
    """Numbers out of range, or at odds with the counts that they come from."""
    metrics = record.metrics
    for name, value in metrics.items():
        wrong = "" if value is None else _out_of_range(name, value)
        if wrong:
            yield Complaint(f"metrics.{quoted(name, 60)} = {value:.6g}: {wrong}", _HINT)
    for name, curve in record.curves.items():
        if any(value is not None and _out_of_range(name, value) for value in curve):
            yield Complaint(f"curves.{quoted(name, 60)}: out of range", _HINT)
    wrong = miscount(record)
    if wrong:
        yield Complaint(wrong, _HINT)
    yield from (Complaint(wrong, _HINT) for wrong in _accounts(record))
    yield from (Complaint(wrong, _HINT) for layer in record.per_layer for wrong in _layer(layer))
    yield from (Complaint(wrong, _HINT) for wrong in _times(record))


def missing_numbers(record: Record) -> Complaints:
    """Numbers that the record's own measures would have given."""
    yield from (Complaint(wrong, _HINT) for wrong in _missing(record))


def _out_of_range(name: str, value: float) -> str:
    if name in COUNTS:
        return "" if isinstance(value, int) and value >= 0 else "a count is a whole number of 0 or more"
    if _FRACTION.fullmatch(name):
        return "" if 0 <= value <= 1 else "lies outside 0 to 1"
    if _NOT_NEGATIVE.fullmatch(name):
        return "" if value >= 0 else "is below 0"
    if _AT_LEAST_ONE.fullmatch(name):
        return "" if value >= 1 - ROUNDING else "is below 1"
    return ""


def _missing(record: Record) -> Iterator[str]:
    measured = {measure.name for measure in record.spec.measures}
    if "accuracy" in measured:
        kinds = [kind for kind in _PRIMARY if record.metrics.get(kind) is not None]
        if not kinds:
            yield "metrics: neither accuracy nor mse is there"
        yield from (
            f"metrics: {kind}_dense is missing"
            for kind in kinds
            if record.metrics.get(f"{kind}_dense") is None
        )
    if "sparsity" in measured:
        missing = [name for name in _SPARSITY if record.metrics.get(name) is None]
        if missing:
            yield f"metrics: {', '.join(missing)} missing"
        if not record.per_layer:
            yield "per_layer: no layer is there"


def _accounts(record: Record) -> Iterator[str]:
    for share, count, whole in (
        ("sparsity", "zeros", "weights"),
        ("mask_sparsity", "mask_zeros", "weights"),
        ("compression", "params_total", "params_nonzero"),
    ):
        stated, above, below = (record.metrics.get(name) for name in (share, count, whole))
        if stated is None or above is None or below is None:
            continue
        if not below or not math.isclose(stated, above / below, rel_tol=ROUNDING, abs_tol=ROUNDING):
            yield f"{share} is not {count} / {whole}"
    masked = record.metrics.get("mask_zeros")
    if masked is not None and record.per_layer and sum(one.zeros for one in record.per_layer) != masked:
        yield "mask_zeros is not the sum of the layers' zeros"


def _layer(layer: LayerRecord) -> Iterator[str]:
    name = quoted(layer.name, 60)
    if layer.zeros > layer.weights:
        yield f"layer {name} has more zeros than weights"
    if min(layer.shape, default=0) < 1 or math.prod(layer.shape) != layer.weights:
        yield f"layer {name} has another number of weights than its shape"


def _times(record: Record) -> Iterator[str]:
    try:
        started, finished = (datetime.fromisoformat(text) for text in (record.started, record.finished))
        if started.utcoffset() is None or finished.utcoffset() is None:
            yield "started, finished: a time without its zone"
        elif finished < started:
            yield "finished lies before started"
    except ValueError:
        yield "started, finished: not times in ISO 8601"
