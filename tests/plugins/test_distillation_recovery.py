"""What teaching pruned networks gained, paired with trials of the same budget."""

from __future__ import annotations

import pandas as pd
import pytest

import bench

OBJECTIVE = "spec.recipe.finetune.objective"


def frame(gains: dict[tuple[int, float], float]) -> pd.DataFrame:
    rows = []
    for (seed, sparsity), gain in gains.items():
        for objective in ("supervised", "distillation"):
            taught = objective == "distillation"
            rows.append(
                {
                    "status": "ok",
                    "cell": "one",
                    "entry": objective,
                    "spec.pruner": "magnitude",
                    "spec.seed": seed,
                    "spec.sparsity": sparsity,
                    OBJECTIVE: objective,
                    f"{OBJECTIVE}_params.temperature": 4.0 if taught else None,
                    f"{OBJECTIVE}_params.w": 0.5 if taught else None,
                    "metrics.accuracy": 0.8 + gain * taught,
                    "curves.probe_temperatures": (2.0, 4.0),
                    "curves.probe_shares": (0.5, 0.5),
                    "curves.probe_gains": (9.0, 0.02),
                }
            )
    return pd.DataFrame(rows)


def stated(rows: pd.DataFrame, report: str) -> float | None:
    return bench.build("analysis", "distillation-recovery", report=report)(rows).value


def test_gains_are_paired_by_seed_and_sparsity() -> None:
    rows = frame({(0, 0.5): 0.01, (1, 0.5): 0.03, (0, 0.9): 0.05, (1, 0.9): 0.07})

    assert stated(rows, "gain") == pytest.approx(0.04)
    assert stated(rows, "least-gain") == pytest.approx(0.02)
    assert stated(rows, "most-gain") == pytest.approx(0.06)
    assert stated(rows, "no-change-error") == pytest.approx(0.04)
    assert stated(rows, "probe-error") == pytest.approx((0 + 0.04) / 2)


def test_a_taught_trial_without_a_partner_counts_for_nothing() -> None:
    rows = frame({(0, 0.5): 0.01})

    assert stated(rows[rows[OBJECTIVE] == "distillation"], "gain") is None


def test_settings_that_the_probe_did_not_try_have_no_error() -> None:
    rows = frame({(0, 0.5): 0.01})
    rows[f"{OBJECTIVE}_params.w"] = rows[f"{OBJECTIVE}_params.w"].replace(0.5, 0.75)

    assert stated(rows, "probe-error") is None
    assert stated(rows, "gain") == pytest.approx(0.01)
