"""Decides on prunings: the trial's own pruner, or a control within the counts of another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from torch import Tensor, nn

from bench.engine.prune import PrunedAt, PruneJob, pruning, scored_by
from bench.engine.pruned import Pruned
from bench.engine.ranking import Counts, counted_further, further_masks, ordered, zeros
from bench.engine.schedules.interim import store_scores, stored_scores
from bench.engine.schedules.scene import Scene
from bench.engine.scopes import zeros_by_layer
from bench.engine.sparsifying import keep_counts
from bench.engine.unit_budget import Expand, Spread, unit_prunings
from bench.engine.units import hidden_layers, unit_expander
from bench.errors import Unsupported
from bench.registry.components import Pruner


def decide_first(scene: Scene, model: nn.Module, sparsities: Sequence[float]) -> PrunedAt:
    """What the trial's pruner prunes of `model` at each of `sparsities`; scores serve them all.

    A layer-matched control takes as much from each layer as the pruner that it is matched to takes
    from this very model.

    Raises:
        TrialFault: where a pruner breaks its contract.
        Unsupported: where one cannot treat the model.
    """
    if scene.spec.matched_to is None:
        job = scene.job(model)
        scene.session.at(job.component)
        stored = stored_scores(scene, job)
        if stored is not None:
            scored, seconds = stored
            return replace(pruning(job, sparsities, check_repeat=False, scored=scored), seconds=seconds)
        started = time.perf_counter()
        again = scene.first_use(scene.pruner, scene.spec.params)
        pruned_at = pruning(job, sparsities, check_repeat=again)
        store_scores(scene, pruned_at, time.perf_counter() - started)
        return pruned_at
    counts_at = _reference_counts(scene, model, sparsities)
    counted_at = _control(scene, model, 1)
    return PrunedAt(lambda sparsity: counted_at(counts_at(sparsity), None))


def decide_further(scene: Scene, model: nn.Module, sparsity: float, before: Pruned, number: int) -> Pruned:
    """What the trial's pruner prunes of `model` beyond `before`, as its pruning of that number.

    Raises:
        TrialFault: where the pruner breaks its contract.
        Unsupported: where it cannot treat the model or the scope not the sparsity, or where it chooses
            masks anew each time.
    """
    require_nesting(scene.pruner)
    job = scene.job(model, number)
    scene.session.at(job.component)
    scored = scored_by(job, check_repeat=scene.first_use(scene.pruner, scene.spec.params))
    alive = entries(before, scene.pruner)
    found = _further(scene, job, scored.scores, alive, sparsity)
    return replace(found, values=scored.values)


def _further(
    scene: Scene, job: PruneJob, scores: Mapping[str, Tensor], alive: Mapping[str, Tensor], sparsity: float
) -> Pruned:
    if scene.pruner.unit == "unit" and job.budget == "weights":
        spread = Spread(job.ranked, job.scope, "weights", least=sum(zeros(alive).values()))
        found = unit_prunings(ordered(scores, alive), [sparsity], spread, _expander(scene, job))[sparsity]
        if isinstance(found, Unsupported):
            raise found
        return found
    if job.scope in ("global", "layer"):
        masks = further_masks(scores, alive, sparsity, job.scope)
    else:
        counts = zeros_by_layer(job.ranked, sparsity, job.scope, scene.pruner.unit)
        masks = counted_further(scores, alive, counts)
    return _expanded(scene, job, masks, scene.pruner)


def decide_counted(
    scene: Scene, model: nn.Module, counts: Counts, before: Pruned | None, number: int
) -> Pruned:
    """What a layer-matched control prunes of `model` beyond `before`: `counts` in each layer, in all."""
    return _control(scene, model, number)(counts, before)


def require_nesting(pruner: Pruner) -> None:
    """Check that `pruner` can prune a network again.

    Raises:
        Unsupported: where it sparsifies, since its masks need not lie within those before.
    """
    if pruner.mode == "sparsify":
        raise Unsupported("a sparsifying pruner chooses its masks anew, so that prunings would not nest")


def reference_pruner(scene: Scene) -> Pruner:
    """The pruner that the trial, a control, is matched to."""
    assert scene.spec.matched_to is not None  # noqa: S101 - asked of controls alone
    return cast("Pruner", scene.session.catalog.get("pruner", scene.spec.matched_to.name))


def entries(pruned: Pruned, pruner: Pruner) -> dict[str, Tensor]:
    """The masks of a pruning in the shape of the pruner's scores: by weight, or by unit."""
    return dict(pruned.masks if pruner.unit == "weight" else pruned.units)


def taken(scene: Scene, pruned: Pruned) -> Counts:
    """How many weights, or units, a pruning by the trial's pruner took from each layer."""
    return zeros(entries(pruned, scene.pruner if scene.spec.matched_to is None else reference_pruner(scene)))


def _control(scene: Scene, model: nn.Module, number: int) -> Callable[[Counts, Pruned | None], Pruned]:
    """Ranks by the control's scores; where the reference prunes units, by their mean over a unit."""
    reference = reference_pruner(scene)
    job = scene.job(model, number)
    scene.session.at(job.component)
    scores = scored_by(job, check_repeat=scene.first_use(scene.pruner, scene.spec.params)).scores
    if reference.unit == "unit":
        hidden = hidden_layers(job.given.layers)
        scores = {name: scores[name].flatten(1).mean(1) for name in hidden}
    whole = {name: score.new_ones(score.shape).bool() for name, score in scores.items()}

    def counted(counts: Counts, before: Pruned | None) -> Pruned:
        alive = whole if before is None else entries(before, reference)
        return _expanded(scene, job, counted_further(scores, alive, counts), reference)

    return counted


def _reference_counts(
    scene: Scene, model: nn.Module, sparsities: Sequence[float]
) -> Callable[[float], Counts]:
    """What the reference takes from each layer; that of a sparsifying one is the harness's to say."""
    reference, matched = reference_pruner(scene), scene.spec.matched_to
    assert matched is not None  # noqa: S101 - asked of controls alone
    job = scene.job_of(reference, matched.params, model, 1)
    if reference.mode == "sparsify":
        sizes = {name: layer.weight.numel() for name, layer in job.given.layers.items()}

        def counts_at(sparsity: float) -> Counts:
            keep = keep_counts(job.given.layers, sparsity, job.scope)
            return {name: size - keep[name] for name, size in sizes.items()}

        return counts_at
    scene.session.at(job.component)
    pruned_at = pruning(job, sparsities, check_repeat=scene.first_use(reference, matched.params))
    return lambda sparsity: zeros(entries(pruned_at(sparsity), reference))


def _expanded(scene: Scene, job: PruneJob, masks: Mapping[str, Tensor], pruner: Pruner) -> Pruned:
    return Pruned(masks) if pruner.unit == "weight" else _expander(scene, job)(masks)


def _expander(scene: Scene, job: PruneJob) -> Expand:
    """Expands units by what the dense network connects, so that growing prunings nest in all parts."""
    return unit_expander(scene.dense, job.given.layers, job.example)
