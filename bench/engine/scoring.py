"""Runs scoring pruners and turns their scores into masks: budget, ties and top-k are the harness's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from bench.engine.budget import apportion, zeros_of
from bench.engine.scopes import zeros_by_layer
from bench.errors import TrialFault, Unsupported
from bench.linalg import topk_masks_exact
from bench.registry.contracts import Layer

Scores = Mapping[str, Tensor]


def check_scores(scores: object, layers: Mapping[str, Layer], unit: str, component: str) -> dict[str, Tensor]:
    """The scores of `component`, found sound: one finite-or-infinite float a weight, or a unit.

    Raises:
        TrialFault: for a missing or unknown layer, a wrong type, shape or device, or NaN.
    """
    if not isinstance(scores, Mapping):
        raise TrialFault(component, f"returned {type(scores).__name__}, not scores by layer name")
    if set(scores) != set(layers):
        odd = sorted(map(str, set(scores) ^ set(layers)))
        raise TrialFault(component, f"scores and layers differ in {', '.join(odd[:3])}")
    checked = {}
    for name, layer in layers.items():
        score = scores[name]
        due = tuple(layer.weight.shape) if unit == "weight" else (layer.weight.shape[0],)
        if not isinstance(score, Tensor):
            raise TrialFault(component, f"the scores of {name} are {type(score).__name__}, not a tensor")
        if tuple(score.shape) != due:
            raise TrialFault(component, f"the scores of {name} have shape {tuple(score.shape)}, not {due}")
        if not score.dtype.is_floating_point:
            raise TrialFault(component, f"the scores of {name} are {score.dtype}, not floating-point")
        if score.device != layer.weight.device:
            raise TrialFault(
                component, f"the scores of {name} are on {score.device}, not {layer.weight.device}"
            )
        if bool(torch.isnan(score).any()):
            raise TrialFault(component, f"the scores of {name} hold NaN")
        checked[name] = score.detach()
    return checked


def keep_masks(scores: Scores, sparsities: Sequence[float], scope: str) -> list[dict[str, Tensor]]:
    """Masks of the scores' shapes, True where kept, one set a sparsity.

    "global" ranks all layers together and removes round(sparsity · total); "layer" removes the same
    share in each. Counts are exact and ties go by index.
    """
    sizes = {name: score.numel() for name, score in scores.items()}
    if scope == "global":
        total = sum(sizes.values())
        return topk_masks_exact(scores, [zeros_of(sparsity, total) for sparsity in sparsities])
    return counted_masks(scores, [apportion(sizes, sparsity) for sparsity in sparsities])


def reachable_masks(
    scores: Scores, sparsities: Sequence[float], scope: str, layers: Mapping[str, Layer], unit: str
) -> dict[float, dict[str, Tensor] | Unsupported]:
    """Masks by sparsity under any scope; for a sparsity that the scope cannot reach, the reason."""
    if scope in ("global", "layer"):
        return dict(zip(sparsities, keep_masks(scores, sparsities, scope), strict=True))
    counts: dict[float, dict[str, int]] = {}
    declined: dict[float, dict[str, Tensor] | Unsupported] = {}
    for sparsity in sparsities:
        try:
            counts[sparsity] = zeros_by_layer(layers, sparsity, scope, unit)
        except Unsupported as reason:
            declined[sparsity] = reason
    return declined | dict(zip(counts, counted_masks(scores, list(counts.values())), strict=True))


def counted_masks(scores: Scores, counts: Sequence[Mapping[str, int]]) -> list[dict[str, Tensor]]:
    """Masks that prune exactly `counts[i][name]` entries of each layer, the smallest scores first."""
    by_layer = {
        name: topk_masks_exact({name: score}, [count[name] for count in counts])
        for name, score in scores.items()
    }
    return [{name: by_layer[name][index][name] for name in scores} for index in range(len(counts))]
