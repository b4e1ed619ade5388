"""What the figures of distillation put on their axes, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bench
from bench.board.images import paper_style

SHARES = (1 / 3, 2 / 3, 1.0)
SETTINGS = [(temperature, share) for temperature in (2.0, 4.0) for share in SHARES]


def record(seed: int, base: float) -> dict[str, object]:
    measured = [base + 0.02, base + 0.04, base - 0.02] * 2
    said = {
        "no_change": [base] * 6,
        "eq11": [base - 0.2] * 6,
        "chi_soft": [base, base, None] * 2,
        "form12": [None, base + 0.02, None] * 2,
        "probe": [value + 0.01 for value in measured],
    }
    curves = {"temperatures": [one for one, _ in SETTINGS], "shares": [one for _, one in SETTINGS]}
    for form in ("paper", "compensated"):
        curves |= {f"{form}_accuracy": measured} | {f"{form}_{name}": one for name, one in said.items()}
    values = np.linspace(-1, 1, 30)
    for part in ("full", "sampled"):
        curves |= {f"{part}_eigenvalues": values, f"{part}_x": values}
        curves |= {f"{part}_cubic": 1 - values**2, f"{part}_counts": [None] * 30}
    curves |= {"spectrum_q": [0.005, 0.05]}
    return {"status": "ok", "spec.seed": seed, "metrics.student_classes": 10} | {
        f"curves.{name}": tuple(one) for name, one in curves.items()
    }


FRAME = pd.DataFrame([record(0, 0.5), record(1, 0.7)])


@pytest.fixture
def draw(catalog):
    def drawn(figure, frame=FRAME, **params):
        with paper_style():
            return catalog.get("figure", figure).make(params)(frame)

    return drawn


def named(axes, label):
    """The line or the marks of that label."""
    return next(one for one in (*axes.lines, *axes.collections) if one.get_label() == label)


def test_predictions_are_means_over_records_where_a_predictor_speaks(draw):
    whole, near = draw("predicted-accuracy").axes

    marks = named(near, "Form of equation 12").get_offsets()
    np.testing.assert_allclose(marks[~np.ma.getmaskarray(marks).any(1)], [[0.64, 0.62]] * 2)
    assert named(near, "No change").get_ydata() == pytest.approx([0.6, 0.6])
    assert named(near, "Prediction = measurement").get_slope() == 1
    assert "Equation 11" in [one.get_label() for one in whole.collections]
    assert "Equation 11" not in [one.get_label() for one in near.collections]


def test_ratios_are_of_accuracy_above_chance_and_a_panel_a_temperature(draw):
    axes = draw("distillation-ratio").axes

    assert [one.get_title() for one in axes] == ["T = 2", "T = 4", "", ""]
    expected = [
        np.mean([(base + gain - 0.1) / (base - 0.1) for base in (0.5, 0.7)]) for gain in (0.02, 0.04, -0.02)
    ]
    np.testing.assert_allclose(named(axes[0], "Measured").get_ydata(), expected)
    np.testing.assert_allclose(named(axes[2], "Measured").get_xdata(), SHARES)


def test_skill_is_error_over_that_of_no_change_on_the_same_settings(draw):
    [axes] = draw("predictor-skill").axes

    tops = [bar.get_y() + bar.get_height() for bar in axes.patches]
    errors = np.array([(0.22 + 0.24 + 0.18) / 3, (0.02 + 0.04) / 2, 0.02, 0.01])
    still = np.array([(0.02 + 0.04 + 0.02) / 3, (0.02 + 0.04) / 2, 0.04, (0.02 + 0.04 + 0.02) / 3])
    np.testing.assert_allclose(tops, [*(errors / still)] * 2)
    assert [one.get_text() for one in axes.texts][:4] == ["0.213", "0.030", "0.020", "0.010"]


def test_densities_show_the_first_record_s_eigenvalues_with_both_laws(draw):
    whole, samples = draw("eigenvalue-density").axes

    assert (whole.get_title(), samples.get_title()) == (
        "The whole test half, q = 0.005",
        "Samples of it, q = 0.05",
    )
    law = named(whole, "Generalised Marčenko–Pastur")  # noqa: RUF001 - two names
    np.testing.assert_allclose(law.get_ydata(), FRAME["curves.full_cubic"][0])
    area = sum(bar.get_width() * bar.get_height() for bar in whole.patches)
    assert area == pytest.approx(1)


@pytest.mark.parametrize("figure", ["predicted-accuracy", "predictor-skill", "foreseen-recovery"])
def test_records_without_such_curves_are_refused_with_a_reason(draw, figure):
    with pytest.raises(bench.Unsupported, match="no "):
        draw(figure, FRAME.filter(["status", "spec.seed"]).assign(**{"spec.recipe.finetune.objective": "x"}))


def test_grids_that_differ_are_not_averaged(draw):
    other = record(1, 0.7)
    other["curves.paper_accuracy"] = (0.5,)

    with pytest.raises(bench.Unsupported, match="differ in length"):
        draw("predicted-accuracy", pd.DataFrame([record(0, 0.5), other]))
