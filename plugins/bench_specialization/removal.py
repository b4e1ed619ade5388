"""What a student loses without the units that have specialised in nothing."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from bench import Measured, MeasureInput, Unsupported
from bench.structure import normalised_by
from bench_specialization.correlation import Depth, compare
from bench_specialization.measures import fan_outs, unexplained

_RULES = ("specialization", "fan_out", "fan_out_activation", "magnitude")
METRICS = ("removed_units", "removed_share", *(f"rise_{rule}" for rule in (*_RULES, "random")))

Masks = Mapping[str, Tensor]


def specialization_removal(given: MeasureInput, below: float, draws: int) -> Measured:
    """How far 1 − R² of the dense network rises when the units that have not specialised are removed.

    Those are the units whose best correlation with a teacher's unit is below `below`. Beside them, as many
    of each layer by other rules, and at random, a mean of `draws` draws. Nothing is trained on. See
    `docs/measures.md` and Theorem 3 of Tian (ICML 2020).

    Raises:
        Unsupported: as `compare` does, and for classification.
    """
    if given.data.kind != "regression":
        raise Unsupported("the share of variance that is unexplained is of regression")
    return given.once("removal", lambda: _removal(given, below, draws))  # type: ignore[no-any-return]


def _removal(given: MeasureInput, below: float, draws: int) -> Measured:
    depths = compare(given.dense, given.layers, given.data.teacher, given.batches)
    counts = {one.name: int((one.student_best < below).sum()) for one in depths}
    units = sum(len(one.activity) for one in depths)
    metrics: dict[str, float | int | None] = {
        "removed_units": sum(counts.values()),
        "removed_share": sum(counts.values()) / units,
    }
    whole = _unexplained_without(given, {})
    for rule, scores in _scores(given, depths).items():
        lowest = {name: _lowest(scores[name], count) for name, count in counts.items()}
        metrics[f"rise_{rule}"] = _rise(_unexplained_without(given, lowest), whole)
    generator = Generator().manual_seed(0)
    drawn = [
        _rise(_unexplained_without(given, _drawn(depths, counts, generator)), whole) for _ in range(draws)
    ]
    rises = [rise for rise in drawn if rise is not None]
    metrics["rise_random"] = sum(rises) / len(rises) if rises else None
    return Measured(metrics)


def _scores(given: MeasureInput, depths: list[Depth]) -> dict[str, dict[str, Tensor]]:
    """What each rule says of the units, by layer; the lowest go."""
    norms = fan_outs(given)
    return {
        "specialization": {one.name: one.student_best for one in depths},
        "fan_out": norms,
        "fan_out_activation": {one.name: norms[one.name] * one.activity for one in depths},
        "magnitude": {name: layer.weight.flatten(1).norm(dim=1) for name, layer in given.layers.items()},
    }


def _lowest(scores: Tensor, count: int) -> Tensor:
    """True for the `count` lowest; of equal scores the earlier go, as in masks."""
    mask = torch.zeros(len(scores), dtype=torch.bool, device=scores.device)
    mask[scores.argsort(stable=True)[:count]] = True
    return mask


def _drawn(depths: list[Depth], counts: Mapping[str, int], generator: Generator) -> Masks:
    return {
        one.name: _lowest(
            torch.rand(len(one.activity), generator=generator).to(one.activity), counts[one.name]
        )
        for one in depths
    }


@torch.no_grad()
def _unexplained_without(given: MeasureInput, removed: Masks) -> float | None:
    """1 − R² of the dense network without some units, which lose row, bias, and scale and shift."""
    cut = copy.deepcopy(given.dense)
    norms = normalised_by(cut, given.example)
    for name, mask in removed.items():
        for module in (cut.get_submodule(name), *([cut.get_submodule(norms[name])] if name in norms else [])):
            for part in module.parameters(recurse=False):
                part[mask] = 0
    return unexplained(given, given.evaluate(cut).squared_error)


def _rise(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before
