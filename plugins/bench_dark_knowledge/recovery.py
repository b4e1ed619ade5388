"""The analysis `distillation-recovery`: what teaching pruned networks brought, and who foresaw it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import bench
from bench_dark_knowledge.foresight import Gains, foreseen, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAUGHT = "spec.recipe.finetune.objective"
_AS = "spec.recipe.finetune.objective_params."
_FEWEST = 5


def build(params: bench.Params) -> bench.AnalysisFunction:
    """The analysis, for conditions, what it reports, and of which estimator."""

    def analyse(frame: pd.DataFrame) -> bench.Analysed:
        selected = bench.analysis.select(frame, params["where"])
        if selected.rows.empty:
            return bench.Analysed(None, details={"reason": selected.reason})
        table = recoveries(selected.rows)
        if table.empty:
            return bench.Analysed(None, details={"reason": "no taught trial has a partner taught by labels"})
        if params["report"] in ("error", "skill", "correlation"):
            return _of_estimator(table, params["estimator"], params["report"])
        return _of_gains(table, params["report"])

    return analyse


def recoveries(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a taught trial: `base` (all but seed, temperature and share), these, `pruner`, `gain`, and more.

    The partner is the trial with the same spec but for the objective of fine-tuning, which is
    `supervised`; its budget is the same. `held_hard` and `test_hard` are the partner's accuracies on both
    halves of the test split, `held` and `test` the taught trial's; `probe` and `eq11` are the gains that
    the partner's curves foresee for the taught trial's temperature and share, NaN where they do not.
    """
    if _TAUGHT not in rows:
        return pd.DataFrame()
    keys = [str(name) for name in rows.columns if _tells_apart(str(name))]
    hard = {_key(row, keys): row for row in rows[rows[_TAUGHT] == "supervised"].to_dict("records")}
    found = []
    for row in rows[rows[_TAUGHT] == "distillation"].to_dict("records"):
        partner = hard.get(_key(row, keys))
        if partner is not None:
            base = _key(row, [*(key for key in keys if key != "spec.seed"), f"{_AS}form"])
            found.append(_pair(row, partner) | {"base": base})
    return pd.DataFrame(found)


def _pair(row: dict[Any, Any], partner: dict[Any, Any]) -> dict[str, Any]:
    temperature, share = row[f"{_AS}temperature"], row[f"{_AS}w"]
    return {
        "pruner": row["spec.pruner"],
        "seed": row["spec.seed"],
        "temperature": temperature,
        "share": share,
        "gain": row["metrics.accuracy"] - partner["metrics.accuracy"],
        "chance": _number(partner, "probe_chance"),
        "held_hard": _number(partner, "probe_held_accuracy"),
        "test_hard": _number(partner, "probe_test_accuracy"),
        "held": _number(row, "probe_held_accuracy"),
        "test": _number(row, "probe_test_accuracy"),
        "probe": _said(partner, "probe_gains", temperature, share),
        "eq11": _said(partner, "eq11_gains", temperature, share),
    }


def _tells_apart(name: str) -> bool:
    return name == "cell" or (name.startswith("spec.") and not name.startswith((_TAUGHT, _AS)))


def _key(row: dict[Any, Any], keys: Sequence[str]) -> str:
    return "|".join(str(row.get(key)) for key in keys)


def _number(row: dict[Any, Any], metric: str) -> float:
    value = row.get(f"metrics.{metric}")
    return float("nan") if value is None else float(value)


def _said(partner: dict[Any, Any], curve: str, temperature: float, share: float) -> float:
    said = [partner.get(f"curves.{name}") for name in ("probe_temperatures", "probe_shares", curve)]
    if any(not isinstance(one, tuple) for one in said):
        return float("nan")
    for one, other, gain in zip(*said, strict=True):
        if np.isclose(one, temperature) and np.isclose(other, share) and gain is not None:
            return float(gain)
    return float("nan")


def _of_gains(table: pd.DataFrame, report: str) -> bench.Analysed:
    means = table.groupby(["base", "temperature", "share"], sort=False)["gain"].mean()
    details: dict[str, float | int | str | None] = {"places": len(means), "trials": len(table)}
    if report == "gain":
        by_seed = table.groupby("seed")["gain"].mean()
        mean = bench.analysis.estimate([float(value) for value in by_seed])
        if mean is None:
            return bench.Analysed(None, details={"reason": "the numbers are too large to average"})
        return bench.Analysed(mean.mean, mean.low, mean.high, details)
    extreme = means.min() if report == "least-gain" else means.max()
    return bench.Analysed(float(extreme), details=details)


def _of_estimator(table: pd.DataFrame, estimator: str, report: str) -> bench.Analysed:
    gains = Gains.of(table)
    if not len(gains.values):
        return bench.Analysed(None, details={"reason": "no seed has all settings"})
    said = foreseen(gains, gains.values.mean(0), estimator)
    places = int(np.isfinite(said - measured(gains.values.mean(0))).sum())
    if not places:
        return bench.Analysed(None, details={"reason": f"{estimator} foresees none of these settings"})
    statistic = partial(_statistic, gains, estimator, report)
    value = float(statistic(gains.values[None])[0])
    if not np.isfinite(value):
        return bench.Analysed(None, details={"reason": "fewer than three places, or none of them differs"})
    low, high = bench.analysis.bootstrap(statistic, gains.values, _FEWEST)
    return bench.Analysed(value, low, high, {"places": places, "seeds": len(gains.values)})


def _statistic(gains: Gains, estimator: str, report: str, values: np.ndarray) -> np.ndarray:
    """Of resamples (draws, seeds, places, numbers): shape (draws,)."""
    means = values.mean(1)
    truth, said = measured(means), foreseen(gains, means, estimator)
    there = np.isfinite(said) & np.isfinite(truth)
    errors = _mean(np.abs(said - truth), there)
    if report == "error":
        return errors
    with np.errstate(divide="ignore", invalid="ignore"):
        if report == "skill":
            over: np.ndarray = 1 - errors / _mean(np.abs(truth), there)
            return over
        x, y = (_centred(one, there) for one in (said, truth))
        many = there.sum(-1) >= 3
        spread = np.sqrt((x**2).sum(-1) * (y**2).sum(-1))
        found: np.ndarray = np.where(many & (spread > 0), (x * y).sum(-1) / spread, np.nan)
        return found


def _mean(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0).sum(-1) / there.sum(-1))


def _centred(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.where(there, values - _mean(values, there)[..., None], 0)
    return found
