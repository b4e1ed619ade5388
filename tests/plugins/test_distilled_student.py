"""Students of a suite's teacher: what is measured of them, and how predictions are scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from bench_dark_knowledge.pupil import trace

T, W = (2.0, 4.0), (1 / 3, 2 / 3, 1.0)


def test_the_trace_is_that_of_the_centred_confusion_of_answers_and_a_teachers():
    torch.manual_seed(0)
    answered, soft = torch.randint(0, 3, (50,)), torch.randn(50, 3).softmax(1).double()
    sharp = torch.nn.functional.one_hot(answered, 3).double()
    h = (soft - soft.mean(0)).T @ (sharp - sharp.mean(0)) / 50
    assert trace(answered, soft) == pytest.approx(float(h.trace()), abs=1e-12)


def frame(accuracy, held=None, h_hat=(0.5, 0.4)):
    """Two seeds of a baseline at 0.6, and of each setting at `accuracy(T, w)`; ten classes."""
    rows = []
    settings = [("supervised", None, None), *[("distillation", t, w) for t in T for w in W]]
    for seed in (0, 1):
        for objective, t, w in settings:
            test = 0.6 if t is None else accuracy(t, w)
            rows.append(
                {
                    "status": "ok",
                    "spec.seed": seed,
                    "spec.recipe.train.objective": objective,
                    "spec.recipe.train.objective_params.form": None if t is None else "normalised",
                    "spec.recipe.train.objective_params.temperature": t,
                    "spec.recipe.train.objective_params.w": w,
                    "metrics.distilled_classes": 10.0,
                    "metrics.distilled_held_accuracy": (held or accuracy)(t, w) if t else 0.6,
                    "metrics.distilled_test_accuracy": test,
                    "curves.distilled_temperatures": T,
                    "curves.distilled_h_hat": h_hat,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture
def ask(catalog):
    def value(rows, **params):
        return catalog.get("analysis", "distilled-prediction").make(params)(rows)

    return value


def linear(t, w):
    """Accuracies that soft-only students foretell: R = 1 − w + w·χ, at a chance of 0.1."""
    return 0.1 + 0.5 * (1 - w + w * (1.2 if t == 2 else 1.1))


def test_soft_only_students_foretell_what_is_linear_in_the_share(ask):
    found = ask(frame(linear), estimator="chi-soft")
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.details["settings"] == 6


def test_no_change_errs_by_the_mean_gain(ask):
    gains = [linear(t, w) - 0.6 for t in T for w in W]
    assert ask(frame(linear), estimator="no-change").value == pytest.approx(np.mean(gains))
    assert ask(frame(linear), report="most-gain").value == pytest.approx(max(gains))
    assert ask(frame(linear), report="least-gain").value == pytest.approx(min(gains))


def test_equation_11_reads_the_teachers_trace_at_each_temperature(ask):
    exact = frame(lambda t, w: 0.1 + 0.5 * (1 - w + w * (0.5 if t == 2 else 0.4) / 0.5))
    assert ask(exact, estimator="eq11").value == pytest.approx(0, abs=1e-12)


def test_the_form_of_equation_12_is_anchored_at_a_third_and_at_one(ask):
    def quadratic(t, w):
        return 0.1 + 0.5 * ((1 - w) ** 2 + w * (1 - w) * 2.3 + w**2 * t / 3)

    assert ask(frame(quadratic), estimator="form12").value == pytest.approx(0, abs=1e-12)
    assert ask(frame(quadratic), estimator="chi-soft").value > 0.001


def test_predictors_know_the_held_out_half_alone(ask):
    found = ask(frame(linear, held=lambda t, w: linear(t, w) + 0.05), estimator="chi-soft")
    assert found.value > 0.01


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[rows["spec.recipe.train.objective"] == "distillation"], "labels alone"),
        (lambda rows: rows[rows["spec.recipe.train.objective"] == "supervised"], "the teacher in this form"),
        (lambda rows: rows.iloc[[0, 1, 2, 3, 4]], "some temperatures lack shares"),
        (lambda rows: rows.drop(columns="metrics.distilled_held_accuracy"), "no record is of a student"),
    ],
)
def test_a_grid_with_holes_gives_no_number_but_a_reason(ask, change, reason):
    found = ask(change(frame(linear)))
    assert found.value is None
    assert reason in found.details["reason"]
