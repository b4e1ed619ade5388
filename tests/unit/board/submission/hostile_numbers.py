"""Hostile submissions: numbers that are none, are out of range, or do not add up."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.board.submission.cases import Case, Plain, changed, field, packed, replaced, spoiled

DEEP = 100_000


def _forged_counts(folder: Path, good: list[Plain]) -> None:
    """Counts that agree with each other, but not with the sparsity that was asked for."""
    plain = json.loads(json.dumps(good[0]))
    layer = max(plain["per_layer"], key=lambda one: one["zeros"])
    layer["zeros"] -= 1
    metrics = plain["metrics"]
    for share, count in (("sparsity", "zeros"), ("mask_sparsity", "mask_zeros")):
        metrics[count] -= 1
        metrics[share] = metrics[count] / metrics["weights"]
    packed(folder, [plain, good[1]])


def _many_metrics(folder: Path, good: list[Plain]) -> None:
    metrics = good[0]["metrics"] | {f"m{number}": 0 for number in range(100_000)}
    packed(folder, [good[0] | {"metrics": metrics}])


def _deep_parameters(folder: Path, good: list[Plain]) -> None:
    deep: object = 1
    for _ in range(200):
        deep = {"a": deep}
    packed(folder, [spoiled(good[0], "spec.task_params", deep)])


def _missing(*names: str) -> Case:
    def make(folder: Path, good: list[Plain]) -> None:
        left = {name: value for name, value in good[0]["metrics"].items() if name not in names}
        packed(folder, [good[0] | {"metrics": left}])

    return Case(f"without-{'-and-'.join(names)}", make, names[0], alone=False)


def _twice(name: str, old: str) -> Case:
    return replaced(name, old, f"{old} 0.5, {old}", "a key stands twice")


METRIC = '"accuracy": '
NUMBERS = [
    replaced("nan", METRIC, f'{METRIC}NaN, "x": ', "NaN"),
    replaced("infinity", METRIC, f'{METRIC}Infinity, "x": ', "Infinity"),
    replaced("minus-infinity", METRIC, f'{METRIC}-Infinity, "x": ', "-Infinity"),
    replaced("larger-than-floats", METRIC, f'{METRIC}1e999, "x": ', "too large"),
    replaced("infinite-parameter", '"task_params": {', '"task_params": {"a": 1e999', "too large"),
    replaced("huge-integer", METRIC, f'{METRIC}{"9" * 400}, "x": ', "64 bits"),
    replaced("integer-of-5000-digits", METRIC, f'{METRIC}{"9" * 5000}, "x": ', "64 bits"),
    replaced("huge-seed", '"seed": ', f'"seed": {2**70}, "x": ', "64 bits"),
    replaced("negative-zero-count", '"zeros": ', '"zeros": -0.0, "x": ', "error: "),
    replaced("true-as-a-number", METRIC, f'{METRIC}true, "x": ', "metrics.accuracy"),
    replaced("text-as-a-number", METRIC, f'{METRIC}"0.99", "x": ', "metrics.accuracy"),
    replaced("list-as-a-number", METRIC, f'{METRIC}[0.99], "x": ', "metrics.accuracy"),
    _twice("duplicate-key", METRIC),
    _twice("duplicate-key-of-the-spec", '"sparsity": '),
    field("accuracy-in-percent", "metrics.accuracy", 97.2, "outside 0 to 1"),
    field("negative-accuracy", "metrics.accuracy", -0.1, "outside 0 to 1"),
    field("negative-count", "metrics.zeros", -5, "a count is"),
    field("half-a-count", "metrics.params_total", 0.5, "a count is"),
    field("negative-layer", "per_layer.0.weights", -5, "per_layer"),
    field("wrong-sparsity", "metrics.sparsity", 0.123, "sparsity is not"),
    field("wrong-compression", "metrics.compression", 99.0, "compression is not"),
    field("more-zeros-than-weights", "per_layer.0.zeros", 10**9, "more zeros"),
    field("shape-without-its-weights", "per_layer.0.shape", [1, 1], "than its shape"),
    field("compression-below-one", "metrics.compression_prunable", 0.2, "below 1"),
    field("curve-out-of-range", "curves", {"accuracy_by_units": [0.5, 7]}, "out of range"),
    field("negative-time", "timing.train", -1.0, "timing.train"),
    field("end-before-start", "finished", "1999-01-01T00:00:00+00:00", "before started"),
    field("time-without-zone", "started", "2026-01-01T00:00:00", "without its zone"),
    field("volatile-accuracy", "volatile", ["accuracy"], "repeats in every run", alone=False),
    field("volatile-unknown", "volatile", ["mood"], "no such metric", alone=False),
    field("negative-seed", "spec.seed", -1, "no cell", alone=False),
    field("sparsity-above-one", "spec.sparsity", 1.5, "no cell", alone=False),
    Case("forged-counts", _forged_counts, "asks for", alone=False),
    Case("hundred-thousand-metrics", _many_metrics, "more than 1000"),
    Case("nested-200-deep", _deep_parameters, "deep"),
    _missing("accuracy", "mse"),
    _missing("mask_zeros"),
    replaced(
        "nested-100000-lists", '"task_params": {', f'"task_params": {{"a": {"[" * DEEP}', "not a record"
    ),
    replaced(
        "nested-100000-objects", '"task_params": {', '"task_params": {' + '"a": {' * DEEP, "not a record"
    ),
]


def _spec(name: str, path: str, value: object, says: str) -> Case:
    def make(folder: Path, good: list[Plain]) -> None:
        packed(folder, [changed(good[0], path, value)])

    return Case(name, make, says, alone=False)


NUMBERS += [
    _spec("another-recipe", "spec.recipe.train.epochs", 1, "no cell of the suite"),
    _spec("another-version-of-a-component", "components.pruner.version", "9", "no cell of the suite"),
    _spec("another-distribution", "components.pruner.distribution", "bench-evil", "comes from"),
]
