"""Estimators of a distilled student's accuracy, from what is known before it is distilled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ESTIMATORS = ("no_change", "eq11", "chi_soft", "form12", "probe")
ANCHORS = (1 / 3, 1.0)


@dataclass(frozen=True)
class Ingredients:
    """Means over students, from the held-out split; all of the grid, temperatures by shares.

    Args:
        shares: w, shape (W,).
        h: accuracy − chance of students trained on labels alone: Tr H.
        h_hat: Tr Ĥ_T: the teacher's centred answer at T to what those students answer, shape (T,).
        ratio: accuracy above chance over the baseline's of the distilled students, shape (T, W), of which
            an estimator may read its anchors alone.
        probe: the same of distilled last layers over one trained on labels, shape (T, W).
    """

    shares: Floats
    h: float
    h_hat: Floats
    ratio: Floats
    probe: Floats


def predicted(given: Ingredients) -> Mapping[str, Floats]:
    """R by estimator, shape (T, W): accuracy above chance over the baseline's, NaN where it has no say.

    None but no_change has a say where the baseline is not above chance.

    * no_change: 1.
    * eq11: 1 − w + w·ĥ_T/h, the corrected equation 11 in the limit γ → 0 for the baseline student.
    * chi_soft: 1 − w + w·χ, χ from students taught by the teacher alone; the repaired equation 12 in
      the same limit, where g = 1/T. It has no say at w = 1, its anchor.
    * form12: (1 − w)² + w(1 − w)s + w²r, the product in equation 12 as a quadratic in w, through
      students at w = 1/3 and w = 1. It has no say there.
    * probe: last layers distilled on the baseline's frozen features. It is not in the paper.
    """
    w = given.shares[None, :]
    ones = np.ones((len(given.h_hat), len(given.shares)))
    found = {
        "no_change": ones,
        "eq11": eq11(w, (given.h_hat / given.h if given.h > 0 else given.h_hat * np.nan)[:, None]),
        "chi_soft": ones * np.nan,
        "form12": ones * np.nan,
        "probe": given.probe,
    }
    middle, whole = (_at(given.shares, anchor) for anchor in ANCHORS)
    if whole is not None:
        chi = given.ratio[:, whole][:, None]
        found["chi_soft"] = soft_only(w, chi)
        if middle is not None:
            found["form12"] = quadratic(w, given.ratio[:, middle][:, None], chi)
    return found


def eq11(w: Floats | float, trace: Floats | float) -> Floats:
    """R of equation 11 at shares w, for ĥ_T/h."""
    return np.asarray(1 - w + w * trace)


def soft_only(w: Floats, chi: Floats) -> Floats:
    """R of `chi_soft` at shares w, for R at w = 1, where it has no say."""
    return np.where(np.isclose(w, 1), np.nan, 1 - w + w * chi)


def quadratic(w: Floats, middle: Floats, whole: Floats) -> Floats:
    """R of `form12` at shares w, for R at both anchors, where it has no say."""
    v = ANCHORS[0]
    s = (middle - (1 - v) ** 2 - v**2 * whole) / (v * (1 - v))
    curve = (1 - w) ** 2 + w * (1 - w) * s + w**2 * whole
    return np.where(np.isclose(w, v) | np.isclose(w, 1), np.nan, curve)


@dataclass(frozen=True)
class Skill:
    """How well predictions meet what was measured; `r2` is 1 − squared error over that of no change.

    None where no setting was predicted, or where a correlation or a ratio is undefined.
    """

    mae: float | None
    largest: float | None
    r: float | None
    r2: float | None


def skill(predictions: Floats, measured: Floats, baseline: float) -> Skill:
    """Score accuracies, shape (T, W), against those measured; NaN are left out of all numbers."""
    there = np.isfinite(predictions)
    if not there.any():
        return Skill(None, None, None, None)
    one, other = predictions[there], measured[there]
    errors, still = one - other, baseline - other
    varied = len(one) > 2 and one.std() > 0 and other.std() > 0
    return Skill(
        float(np.abs(errors).mean()),
        float(np.abs(errors).max()),
        float(np.corrcoef(one, other)[0, 1]) if varied else None,
        float(1 - (errors**2).sum() / (still**2).sum()) if (still**2).sum() > 0 else None,
    )


def _at(shares: Sequence[float] | Floats, share: float) -> int | None:
    """The place of `share` among `shares`, if it is there."""
    near = np.flatnonzero(np.isclose(shares, share, rtol=1e-6))
    return int(near[0]) if len(near) else None
