"""Wanda's metric, and its ranking within each output."""

from __future__ import annotations

import torch
from torch import Tensor

from bench import PruneInput, Scorer
from bench_wanda.norms import input_norms


def wanda(batch_size: int, group: str) -> Scorer:
    """Score |w_ij| · ‖x_j‖, ranked within its output's weights or as it is.

    Sun, Liu, Bair and Kolter (ICLR 2024), eq. (1) and section 3: weights are compared within a row, that
    is, among those of one output (Linear) or one output channel (convolution).
    """

    def score(given: PruneInput) -> dict[str, Tensor]:
        norms = input_norms(given, batch_size)
        metrics = {name: layer.weight.abs().double() * norms[name] for name, layer in given.layers.items()}
        if group == "layer":
            return metrics
        return {name: ranked_in_rows(metric) for name, metric in metrics.items()}

    return score


def ranked_in_rows(metric: Tensor) -> Tensor:
    """Scores whose smallest k of a layer are the smallest of each row, k spread evenly over the rows.

    A weight scores its place in its row, from 0, over the row's length; among equal places, which all
    rows have, the smaller metric is smaller. So rows lose equal numbers, up to one, and a layer's share
    means the same in every layer.

    Raises:
        ValueError: where a metric is NaN, which has no place.
    """
    if bool(metric.isnan().any()):
        raise ValueError("a weight or an activation is NaN")
    rows = metric.flatten(1)
    place = _places(rows, dim=1)
    within = _places(rows.flatten(), dim=0).view_as(rows) / rows.numel()
    return ((place + within) / rows.shape[1]).view_as(metric)


def _places(values: Tensor, dim: int) -> Tensor:
    """Each value's place in ascending order along `dim`, ties by index, as float64."""
    return values.argsort(dim=dim, stable=True).argsort(dim=dim).to(torch.float64)
