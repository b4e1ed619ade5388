"""The measure `teacher-match`: whether the best units of a student are those of its teacher."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from bench import Measured, MeasureInput
from bench_student_teacher.student import first_layers


def teacher_match(given: MeasureInput, cosine: float, active: float) -> Measured:
    """The teacher's first units, each matched with another of the student's best.

    See `docs/measures.md` for the metrics.

    Raises:
        Unsupported: where the task gives no teacher's weights, or those of another input.
    """
    first = first_layers(given)
    found = matched_cosines(first.teacher, first.student[first.best])
    count, largest = len(first.teacher), float(first.scores.max())
    variance = given.data.test.targets.double().var(0, unbiased=False).mean()
    return Measured(
        {
            "teacher_units": count,
            "matched": float((found > cosine).sum()) / count,
            "match_cosine_mean": float(found.sum()) / count,
            "active_units": int((first.scores > active * largest).sum()),
            "target_variance": float(variance),
        }
    )


def matched_cosines(teacher: Tensor, student: Tensor) -> np.ndarray:
    """The cosines of the one-to-one match of units that has the largest sum of them.

    A ReLU unit stands for its direction, up to a positive factor, so that opposite weights are no match.

    Args:
        teacher: incoming weights, shape (t, …).
        student: incoming weights, shape (s, …), of the same shape a unit.

    Returns:
        Shape (min(t, s),); a unit without weights has the cosine 0 with all others.
    """
    cosines = (_directions(teacher) @ _directions(student).T).cpu().numpy()
    rows, columns = linear_sum_assignment(cosines, maximize=True)
    return np.asarray(cosines[rows, columns])


def _directions(weight: Tensor) -> Tensor:
    flat = weight.detach().flatten(1).double()
    norms = flat.norm(dim=1, keepdim=True)
    directions: Tensor = flat / norms.masked_fill(norms == 0, 1.0)
    return directions
