"""The primary metric of a task, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Metric:
    """A metric of records: `percent` ones are stored as fractions; `higher` ones are better larger."""

    name: str
    label: str
    percent: bool
    higher: bool

    @property
    def column(self) -> str:
        """The metric's column in the tidy frame."""
        return f"metrics.{self.name}"

    @property
    def dense_column(self) -> str:
        """The column of the same metric on the trial's own dense network."""
        return f"metrics.{self.name}_dense"

    def retained(self, value: float | None, dense: float | None) -> float | None:
        """The share of the dense network's metric that is kept: 1 is all of it.

        value / dense, or dense / value where smaller is better; None where either is missing or the
        share is undefined.
        """
        if value is None or dense is None:
            return None
        above, below = (value, dense) if self.higher else (dense, value)
        return above / below if below > 0 and above >= 0 else None


ACCURACY = Metric("accuracy", "Accuracy", percent=True, higher=True)
MSE = Metric("mse", "Mean squared error", percent=False, higher=False)
LOSS = Metric("loss", "Loss", percent=False, higher=False)


def primary_metric(rows: DataFrame) -> Metric:
    """The metric that ranks a cell: accuracy where any record has it, else squared error, else loss."""
    for metric in (ACCURACY, MSE, LOSS):
        if metric.column in rows and rows[metric.column].notna().any():
            return metric
    return ACCURACY
