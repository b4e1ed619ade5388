"""What teaching pruned networks gained, paired with trials of the same budget, and who foresaw it."""

from __future__ import annotations

import pandas as pd
import pytest

import bench

OBJECTIVE = "spec.recipe.finetune.objective"
THIRD = 1 / 3
CHANCE, HELD, TEST = 0.1, 0.6, 0.7


def row(seed: int, sparsity: float, share: float | None, held: float, test: float) -> dict[str, object]:
    taught = share is not None
    return {
        "status": "ok",
        "cell": "one",
        "entry": f"taught {share}",
        "spec.pruner": "magnitude",
        "spec.seed": seed,
        "spec.sparsity": sparsity,
        OBJECTIVE: "distillation" if taught else "supervised",
        f"{OBJECTIVE}_params.form": "compensated" if taught else None,
        f"{OBJECTIVE}_params.temperature": 4.0 if taught else None,
        f"{OBJECTIVE}_params.w": share,
        "metrics.accuracy": test,
        "metrics.probe_chance": CHANCE,
        "metrics.probe_held_accuracy": held,
        "metrics.probe_test_accuracy": test,
        "curves.probe_temperatures": (2.0, 4.0, 4.0, 4.0),
        "curves.probe_shares": (0.5, THIRD, 2 / 3, 1.0),
        "curves.probe_gains": (9.0, 0.01, 0.02, None),
        "curves.eq11_gains": (9.0, -0.1, -0.2, -0.3),
    }


def pairs(gains: dict[tuple[int, float], float]) -> pd.DataFrame:
    rows = [row(*place, None, HELD, TEST) for place in gains]
    return pd.DataFrame(rows + [row(*place, 2 / 3, HELD, TEST + gain) for place, gain in gains.items()])


def grid(seeds: int = 1) -> pd.DataFrame:
    """R is a quadratic in w, s = 2.2 and r = 0.8; on the test half there is 0.03 more at w = 2/3."""
    rows = []
    for seed in range(seeds):
        rows.append(row(seed, 0.5, None, HELD, TEST))
        for w in (THIRD, 2 / 3, 1.0):
            ratio = (1 - w) ** 2 + w * (1 - w) * 2.2 + w**2 * 0.8
            off = 0.03 if w == 2 / 3 else 0.0
            rows.append(
                row(seed, 0.5, w, CHANCE + ratio * (HELD - CHANCE), CHANCE + ratio * (TEST - CHANCE) + off)
            )
    return pd.DataFrame(rows)


def stated(rows: pd.DataFrame, report: str, estimator: str = "probe") -> bench.Analysed:
    return bench.build("analysis", "distillation-recovery", report=report, estimator=estimator)(rows)


def test_gains_are_paired_by_seed_and_sparsity() -> None:
    rows = pairs({(0, 0.5): 0.01, (1, 0.5): 0.03, (0, 0.9): 0.05, (1, 0.9): 0.07})

    assert stated(rows, "gain").value == pytest.approx(0.04)
    assert stated(rows, "least-gain").value == pytest.approx(0.02)
    assert stated(rows, "most-gain").value == pytest.approx(0.06)
    assert stated(rows, "error", "no-change").value == pytest.approx(0.04)
    assert stated(rows, "error").value == pytest.approx((0 + 0.04) / 2)


def test_the_form_of_equation_12_is_wrong_by_what_is_no_quadratic() -> None:
    found = stated(grid(), "error", "form12")

    assert found.value == pytest.approx(0.03)
    assert found.details["places"] == 1


def test_equation_12_with_chi_is_linear_in_the_share() -> None:
    above = TEST - CHANCE
    errors = [w * (1 - w) * (2.2 - 1 - 0.8) * above + (0.03 if w > 0.5 else 0) for w in (THIRD, 2 / 3)]

    assert stated(grid(), "error", "chi-soft").value == pytest.approx(sum(errors) / 2)


def test_skill_compares_errors_on_the_settings_that_an_estimator_speaks_of() -> None:
    gain = ((1 / 9 + 2 / 9 * 2.2 + 4 / 9 * 0.8) - 1) * (TEST - CHANCE) + 0.03

    assert stated(grid(), "skill", "form12").value == pytest.approx(1 - 0.03 / gain)
    assert stated(grid(), "skill", "no-change").value == pytest.approx(0)


def test_errors_of_equation_11_are_those_of_its_curve() -> None:
    truths = [row["metrics.accuracy"] - TEST for row in grid().to_dict("records")[1:]]
    errors = [abs(said - truth) for said, truth in zip((-0.1, -0.2, -0.3), truths, strict=True)]

    assert stated(grid(), "error", "eq11").value == pytest.approx(sum(errors) / 3)


def test_a_correlation_needs_three_places() -> None:
    assert stated(grid(), "correlation", "eq11").value is not None
    assert stated(grid(), "correlation", "chi-soft").value is None


def test_five_seeds_give_an_interval_of_no_width_where_they_agree() -> None:
    assert stated(grid(4), "error", "form12").low is None
    found = stated(grid(5), "error", "form12")
    assert (found.low, found.high) == (pytest.approx(0.03), pytest.approx(0.03))


def test_a_seed_that_lacks_a_setting_is_left_out() -> None:
    rows = grid(2)

    assert stated(rows.iloc[:-1], "error", "form12").details["seeds"] == 1


def test_a_taught_trial_without_a_partner_counts_for_nothing() -> None:
    rows = pairs({(0, 0.5): 0.01})

    assert stated(rows[rows[OBJECTIVE] == "distillation"], "gain").value is None


def test_a_partner_of_another_learning_rate_is_none() -> None:
    rows = pairs({(0, 0.5): 0.01})
    rows["spec.recipe.finetune.lr"] = [0.2, 0.05]

    assert stated(rows, "gain").value is None


def test_settings_that_the_probe_did_not_try_have_no_error() -> None:
    rows = pairs({(0, 0.5): 0.01})
    rows[f"{OBJECTIVE}_params.w"] = rows[f"{OBJECTIVE}_params.w"].replace(2 / 3, 0.75)

    assert stated(rows, "error").value is None
    assert stated(rows, "gain").value == pytest.approx(0.01)
