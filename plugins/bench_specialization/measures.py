"""The measures of specialization: of a trained student, and of one in training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from bench import Measured, MeasureInput, TraceInput
from bench.structure import column_mass, outgoing_mass, prunable_modules
from bench_specialization.correlation import Depth, compare

Numbers = dict[str, float | int | None]

_THRESHOLDS = (0.5, 0.7, 0.9, 0.95)
METRICS = (
    *(f"recovery_{round(100 * threshold)}" for threshold in _THRESHOLDS),
    "teacher_best_mean",
    "student_best_mean",
)
_IDLE, _HEAVY = 0.5, 0.2


def specialization(given: MeasureInput) -> Measured:
    """How well the units of the dense network are those of its teacher; see `docs/measures.md`.

    Raises:
        Unsupported: as `compare` does.
    """
    return given.once("specialization", lambda: _of_student(given))  # type: ignore[no-any-return]


def specialization_trace(given: TraceInput) -> Measured:
    """The same of a network in training, without what it needs no training to know.

    Raises:
        Unsupported: as `compare` does.
    """
    depths = compare(given.model, given.layers, given.data.teacher, given.batches)
    per_layer = {one.name: best_of([one]) for one in depths}
    metrics = {f"traced_{name}": value for name, value in best_of(depths).items()}
    return Measured(metrics, per_layer, {"teacher_best": teacher_curve(depths)})


def _of_student(given: MeasureInput) -> Measured:
    depths = compare(given.dense, given.layers, given.data.teacher, given.batches)
    norms = fan_outs(given)
    per_layer = {one.name: best_of([one]) | _against(one, norms[one.name]) for one in depths}
    students, teachers = (
        sum(len(getattr(one, side)) for one in depths) for side in ("activity", "teacher_best")
    )
    metrics: Numbers = {"over_realisation": students / teachers, **best_of(depths)}
    for name in ("fan_out_spearman", "l_violations"):
        metrics[name] = _weighted([numbers[name] for numbers in per_layer.values()], depths)
    metrics["unexplained_variance"] = unexplained(given, given.evaluate(given.dense).squared_error)
    curves: dict[str, Sequence[float | int | None]] = {
        "teacher_best": teacher_curve(depths),
        "student_best": rounded(torch.cat([one.student_best for one in depths])),
        "fan_out": rounded(torch.cat([norms[one.name] for one in depths])),
    }
    return Measured(metrics, per_layer, curves)


def best_of(depths: Sequence[Depth]) -> Numbers:
    """Recovery at four thresholds and mean best correlations, over the units of all `depths`."""
    teachers = torch.cat([one.teacher_best for one in depths])
    students = torch.cat([one.student_best for one in depths])
    recovered = [float((teachers >= threshold).double().mean()) for threshold in _THRESHOLDS]
    return dict(zip(METRICS, (*recovered, float(teachers.mean()), float(students.mean())), strict=True))


def teacher_curve(depths: Sequence[Depth]) -> list[float | None]:
    """The best correlation of each of the teacher's units, in order; None for one that does not vary."""
    found: list[float | None] = []
    for one in depths:
        best = iter(rounded(one.teacher_best))
        found += [next(best) if varies else None for varies in one.taught.tolist()]
    return found


def rounded(values: Tensor) -> list[float]:
    """The values to six significant digits, which is what activations in float32 tell."""
    return [float(f"{value:.6g}") for value in values.tolist()]


def fan_outs(given: MeasureInput) -> dict[str, Tensor]:
    """The Euclidean norms of the weights that read each unit of the dense network, by layer, float64."""
    mass = {
        name: column_mass(module.weight.detach(), int(getattr(module, "groups", 1)), 2.0)  # type: ignore[operator]
        for name, module in prunable_modules(given.dense).items()
    }
    found = outgoing_mass(given.dense, given.example, mass)
    return {name: found[name].double().clamp(min=0).sqrt() for name in given.layers}


def unexplained(given: MeasureInput, squared_error: float) -> float | None:
    """1 − R²: a mean squared error over the targets' variance; None for classification."""
    if given.data.kind != "regression":
        return None
    variance = float(given.data.test.targets.double().flatten(1).var(0, unbiased=False).mean())
    return squared_error / variance if variance > 0 else None


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's ρ, ties at their mean rank; None where either side has no two values."""
    ranks = [rankdata(side) for side in (one, other)]
    if min(len(one), *(np.ptp(rank) for rank in ranks)) == 0:
        return None
    return float(np.corrcoef(*ranks)[0, 1])


def _against(one: Depth, fan_out: Tensor) -> Numbers:
    best = one.student_best
    idle = (best < _IDLE) & (fan_out > _HEAVY * fan_out.max())
    return {
        "fan_out_spearman": rank_correlation(best.cpu().numpy(), fan_out.cpu().numpy()),
        "l_violations": float(idle.double().mean()),
    }


def _weighted(values: Sequence[float | int | None], depths: Sequence[Depth]) -> float | None:
    """The mean over layers, each counted by its units; layers without a value do not count."""
    there = [
        (value, len(one.activity)) for value, one in zip(values, depths, strict=True) if value is not None
    ]
    units = sum(count for _, count in there)
    return sum(value * count for value, count in there) / units if units else None
