"""The analysis `distillation-recovery`: what teaching pruned networks brought, and who foresaw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TAUGHT = "spec.recipe.finetune.objective"
_AS = "spec.recipe.finetune.objective_params."
_COMPUTED = ("spec.sparsity", "spec.seed")


def build(params: bench.Params) -> bench.AnalysisFunction:
    """The analysis, for conditions and what it reports."""

    def analyse(frame: pd.DataFrame) -> bench.Analysed:
        selected = bench.analysis.select(frame, params["where"])
        if selected.rows.empty:
            return bench.Analysed(None, details={"reason": selected.reason})
        table = recoveries(selected.rows)
        if table.empty:
            return bench.Analysed(None, details={"reason": "no taught trial has a partner taught by labels"})
        return _reported(table, params["report"])

    return analyse


def recoveries(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a taught trial: its `place` (all but the seed), `seed`, `gain` and `foreseen` gain.

    The partner is the trial with the same spec but for the objective of fine-tuning, which is
    `supervised`; its budget is the same. `foreseen` is what the partner's `probe_gains` say of the
    taught trial's temperature and share; NaN where it says nothing.
    """
    keys = [name for name in rows.columns if _tells_apart(str(name))]
    plain = rows.assign(_key=[_key(row, keys) for row in rows.to_dict("records")])
    taught = plain[plain[_TAUGHT] == "distillation"]
    hard = plain[plain[_TAUGHT] == "supervised"].drop_duplicates("_key").set_index("_key")
    found = []
    for row in taught.to_dict("records"):
        if row["_key"] in hard.index:
            partner = hard.loc[row["_key"]]
            place = (row["entry"], row["spec.sparsity"])
            gain = row["metrics.accuracy"] - partner["metrics.accuracy"]
            found.append((place, row["spec.seed"], gain, _foreseen(partner, row)))
    return pd.DataFrame(found, columns=["place", "seed", "gain", "foreseen"])


def _tells_apart(name: str) -> bool:
    return name == "cell" or (name.startswith("spec.") and not name.startswith((_TAUGHT, _AS)))


def _key(row: dict[Any, Any], keys: Sequence[Any]) -> str:
    return "|".join(str(row[key]) for key in keys)


def _foreseen(partner: pd.Series[Any], row: dict[Any, Any]) -> float:
    said = [partner.get(f"curves.probe_{name}") for name in ("temperatures", "shares", "gains")]
    if any(not isinstance(one, tuple) for one in said):
        return float("nan")
    for temperature, share, gain in zip(*said, strict=True):
        if np.isclose(temperature, row[f"{_AS}temperature"]) and np.isclose(share, row[f"{_AS}w"]):
            return float(gain)
    return float("nan")


def _reported(table: pd.DataFrame, report: str) -> bench.Analysed:
    means = table.groupby("place", sort=False)[["gain", "foreseen"]].mean()
    details: dict[str, float | int | str | None] = {"places": len(means), "trials": len(table)}
    if report == "gain":
        by_seed = table.groupby("seed")["gain"].mean()
        mean = bench.analysis.estimate([float(value) for value in by_seed])
        if mean is None:
            return bench.Analysed(None, details={"reason": "the numbers are too large to average"})
        return bench.Analysed(mean.mean, mean.low, mean.high, details)
    if report in ("least-gain", "most-gain"):
        extreme = means["gain"].min() if report == "least-gain" else means["gain"].max()
        return bench.Analysed(float(extreme), details=details)
    if report == "no-change-error":
        return bench.Analysed(float(means["gain"].abs().mean()), details=details)
    means = means.dropna()
    if means.empty:
        return bench.Analysed(None, details={"reason": "no partner has 'probe_gains' for these settings"})
    return _of_probe(means["foreseen"].to_numpy(), means["gain"].to_numpy(), report, details)


def _of_probe(
    foreseen: NDArray[np.float64], gain: NDArray[np.float64], report: str, details: dict[str, Any]
) -> bench.Analysed:
    if report == "probe-error":
        return bench.Analysed(float(np.abs(foreseen - gain).mean()), details=details)
    if len(gain) < 3 or foreseen.std() == 0 or gain.std() == 0:
        return bench.Analysed(None, details={"reason": "fewer than three places, or none of them differs"})
    return bench.Analysed(float(np.corrcoef(foreseen, gain)[0, 1]), details=details)
