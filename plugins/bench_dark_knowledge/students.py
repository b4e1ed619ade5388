"""The measure `distilled-students`: a bank of students taught by the dense network, and who foresaw what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import bench
from bench_dark_knowledge.bank import Bank, Course, School, Setting, trained
from bench_dark_knowledge.classroom import Classroom, classroom
from bench_dark_knowledge.examples import classification
from bench_dark_knowledge.identities import best_temperature, calibrated, teacher_trace
from bench_dark_knowledge.matrices import one_hot, softened
from bench_dark_knowledge.names import FORMS, STATISTICS
from bench_dark_knowledge.predictors import Ingredients, predicted, skill
from bench_dark_knowledge.spectra import densities, spectrum

Floats = NDArray[np.float64]
POINTS = 401
SAMPLES = 8


@dataclass(frozen=True)
class Taught:
    """Students' answers to held-out and test questions (S, M, n), and those of distilled last layers."""

    held: Tensor
    test: Tensor
    probe: Tensor


def build(params: bench.Params) -> bench.MeasureFunction:
    """The measure, for the students' form, their course, and the grid of temperatures and shares."""

    def measure(given: bench.MeasureInput) -> bench.Measured:
        classification(given)
        return given.once("students", lambda: _studied(given, params))  # type: ignore[no-any-return]

    return measure


def _studied(given: bench.MeasureInput, params: bench.Params) -> bench.Measured:
    with torch.no_grad():
        room = classroom(given, params["examples"], params["whiten"], params["temperatures"])
        settings = _settings(params["temperatures"], params["shares"])
        taught = _taught(room, settings, params)
        metrics, curves = _scored(room, taught, settings, params)
        metrics |= _of_networks(given, room, taught, params)
        numbers, lines = _spectra(room, taught.test[:, 0], params["spectrum_q"])
    return bench.Measured(metrics | numbers, curves=curves | lines)


def _settings(temperatures: Sequence[float], shares: Sequence[float]) -> list[Setting]:
    """The baseline first, then each form's grid, temperature by temperature."""
    grid = [(temperature, share) for temperature in temperatures for share in shares]
    return [Setting(1.0, 0.0)] + [
        Setting(temperature, share, form == "compensated") for form in FORMS for temperature, share in grid
    ]


def _taught(room: Classroom, settings: Sequence[Setting], params: bench.Params) -> Taught:
    distinct = list(dict.fromkeys(_plain(setting) for setting in settings))
    places = [distinct.index(_plain(setting)) for setting in settings]
    seeds = range(params["students"])
    course = Course(params["steps"], params["batch_size"], params["lr"], weight_decay=params["weight_decay"])

    def parted(answered: Tensor) -> Tensor:
        return answered.view(len(seeds), len(distinct), -1)[:, places]

    students = trained(room.school, distinct, seeds, params["hidden"], course)
    bases = _bases(students, len(distinct))
    seen, asked = _standardised(bases.features(room.school.inputs), bases.features(room.held.inputs))
    school = School(seen, room.school.targets, room.school.soft, room.school.classes)
    layers = trained(school, distinct, seeds, (), course)
    return Taught(
        parted(students.predictions(room.held.inputs)),
        parted(students.predictions(room.test.inputs)),
        parted(layers.predictions(asked)),
    )


def _plain(setting: Setting) -> Setting:
    """The same loss under one name: at T = 1 nothing is compensated."""
    return Setting(setting.temperature, setting.share, setting.compensated and setting.scale != 1)


def _bases(students: Bank, each: int) -> Bank:
    """The students of the first setting, which is the baseline's."""
    return Bank(
        [part[::each] for part in students.weights],
        [part[::each] for part in students.biases],
        students.seeds,
    )


def _standardised(seen: Tensor, asked: Tensor) -> tuple[Tensor, Tensor]:
    """Features (S, n, h) of mean 0 and deviation 1 over what was seen, a unit at a time."""
    mean, deviation = seen.mean(1, keepdim=True), seen.std(1, keepdim=True).clamp_min(1e-6)
    return (seen - mean) / deviation, (asked - mean) / deviation


def _scored(
    room: Classroom, taught: Taught, settings: Sequence[Setting], params: bench.Params
) -> tuple[dict[str, float | None], dict[str, Any]]:
    temperatures, shares = params["temperatures"], params["shares"]
    chance, size = 1 / room.school.classes, (len(temperatures), len(shares))
    held, test, probe = (
        (part == targets).double().mean((0, 2)).cpu().numpy()
        for part, targets in (
            (taught.held, room.held.targets),
            (taught.test, room.test.targets),
            (taught.probe, room.held.targets),
        )
    )
    h_hat = [teacher_trace(room.held.teacher, taught.held[:, 0], one) for one in temperatures]
    metrics: dict[str, float | None] = {}
    grid = settings[1 : 1 + size[0] * size[1]]
    curves: dict[str, Any] = {
        "temperatures": [one.temperature for one in grid],
        "shares": [one.share for one in grid],
    }
    for number, form in enumerate(FORMS):
        part = slice(1 + number * len(grid), 1 + (number + 1) * len(grid))
        base, measured = test[0], test[part].reshape(size)
        ingredients = Ingredients(
            np.array(shares),
            held[0] - chance,
            np.array(h_hat),
            _over(held[part] - chance, held[0] - chance).reshape(size),
            _over(probe[part] - chance, probe[0] - chance).reshape(size),
        )
        curves[f"{form}_accuracy"] = measured.flatten().tolist()
        for name, ratio in predicted(ingredients).items():
            foreseen = chance + ratio * (base - chance)
            found = skill(foreseen, measured, base)
            values = dict(zip(STATISTICS, (found.mae, found.largest, found.r, found.r2), strict=True))
            wanted = ("mae", "max") if name == "no_change" else STATISTICS
            metrics |= {f"{form}_{statistic}_{name}": values[statistic] for statistic in wanted}
            curves[f"{form}_{name}"] = [v if np.isfinite(v) else None for v in foreseen.flatten().tolist()]
        metrics[f"{form}_gain_least"] = float(measured.min() - base)
        metrics[f"{form}_gain_most"] = float(measured.max() - base)
        gaps = [_gap(room, taught.test[:, m], settings[m].temperature) for m in range(part.start, part.stop)]
        metrics[f"{form}_prop4_gap"] = max(gaps, key=abs)
    return metrics, curves


def _over(above: Floats, baseline: float) -> Floats:
    """Ratios to the baseline's accuracy above chance, NaN where that is nothing."""
    return above / baseline if baseline > 0 else np.full_like(above, np.nan)


def _gap(room: Classroom, answered: Tensor, temperature: float) -> float:
    """Proposition 4 on the students themselves: E P̂_T(answer) − accuracy, a mean over students (S, n)."""
    soft = softened(room.test.teacher, temperature)
    expected = soft.expand(len(answered), -1, -1).gather(2, answered[:, :, None]).mean()
    return float(expected - (answered == room.test.targets).double().mean())


def _of_networks(
    given: bench.MeasureInput, room: Classroom, taught: Taught, params: bench.Params
) -> dict[str, float | None]:
    right = (taught.test[:, 0] == room.test.targets).double().mean(1)
    star = best_temperature(room.held.teacher, room.held.targets)
    widths = [room.school.inputs.shape[1], *params["hidden"], room.school.classes]
    gaps = [
        calibrated(one_hot(own, room.school.classes), room.test.teacher, star, float(accuracy))
        for own, accuracy in zip(taught.test[:, 0], right, strict=True)
    ]
    return {
        "student_accuracy": float(right.mean()),
        "student_accuracy_sd": float(right.std()) if len(right) > 1 else None,
        "student_classes": room.school.classes,
        "student_parameters": sum((a + 1) * b for a, b in pairwise(widths)),
        "teacher_accuracy": float((room.test.teacher.argmax(1) == room.test.targets).double().mean()),
        "teacher_parameters": sum(part.numel() for part in given.dense.parameters()),
        "teacher_temperature": star,
        "calibration_gap": float(np.mean(gaps)),
    }


def _spectra(
    room: Classroom, answered: Tensor, wanted: Sequence[float]
) -> tuple[dict[str, float | None], dict[str, Any]]:
    classes, count = room.school.classes, len(room.test.targets)
    sizes = [0, *(max(2, min(count, round((classes - 1) / q))) for q in wanted)]
    found = [spectrum(answered, room.test.targets, classes, size, SAMPLES) for size in sizes]
    fits = [one.ks_fitted for one in found]
    counts = [one.ks_counts for one in found]
    cubic = [one.ks_cubic for one in found]
    curves: dict[str, Any] = {
        "spectrum_q": [one.q for one in found],
        "ks_cubic_by_q": cubic,
        "ks_fitted_by_q": fits,
        "ks_counts_by_q": counts,
    }
    for name, one in (("full", found[0]), ("sampled", found[min(1, len(found) - 1)])):
        x, law, beside = densities(one, POINTS)
        curves |= {f"{name}_eigenvalues": one.values.round(6).tolist(), f"{name}_x": x.tolist()}
        curves |= {f"{name}_cubic": law.tolist(), f"{name}_counts": list(beside)}
    metrics = {
        "ks_cubic_full": cubic[0],
        "ks_cubic_parts": max(cubic[1:], default=None),
        "ks_fitted": _largest(fits),
        "ks_counts": _largest(counts),
    }
    return metrics, curves


def _largest(values: Sequence[float | None]) -> float | None:
    return None if None in values else max(value for value in values if value is not None)
