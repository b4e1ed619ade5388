"""Runs scoring pruners and turns their scores into masks: budget, ties and top-k are the harness's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from bench.engine.budget import apportion, zeros_of
from bench.engine.fold import plain_copy
from bench.engine.scopes import zeros_by_layer
from bench.errors import TrialFault, Unsupported
from bench.linalg import topk_masks_exact
from bench.registry.contracts import Layer
from bench.registry.rewriting import Scored

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


def check_scored(
    returned: object, layers: Mapping[str, Layer], unit: str, component: str, model: nn.Module
) -> Scored:
    """What a scoring `component` returned of `model`, found sound: scores, and new values of parameters.

    Raises:
        TrialFault: as `check_scores`; for new values that name no parameter, have another shape, type or
            device, or are not finite; for any new values where weights are scored.
    """
    if not isinstance(returned, Scored):
        return Scored(check_scores(returned, layers, unit, component))
    scores = check_scores(returned.scores, layers, unit, component)
    if unit != "unit":
        raise TrialFault(component, "gave new values with scores of weights; only unit pruners may")
    if not isinstance(returned.values, Mapping):
        raise TrialFault(component, f"gave {type(returned.values).__name__}, not values by parameter name")
    parameters = dict(plain_copy(model).named_parameters())
    odd = sorted(map(str, set(returned.values) - set(parameters)))
    if odd:
        raise TrialFault(component, f"gave values of {', '.join(odd[:3])}, which the network does not have")
    return Scored(
        scores,
        {name: _value(name, value, parameters[name], component) for name, value in returned.values.items()},
    )


def _value(name: str, value: object, due: Tensor, component: str) -> Tensor:
    if not isinstance(value, Tensor) or value.shape != due.shape:
        raise TrialFault(component, f"the new values of {name} do not have its shape, {tuple(due.shape)}")
    if not value.dtype.is_floating_point or value.device != due.device:
        raise TrialFault(component, f"the new values of {name} are {value.dtype} on {value.device}")
    if not bool(torch.isfinite(value).all()):
        raise TrialFault(component, f"the new values of {name} are not finite")
    return value.detach().to(due.dtype)


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
