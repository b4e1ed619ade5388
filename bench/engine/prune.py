"""Pruning: one guarded run of a pruner, then exact masks for every sparsity asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from bench.engine.blame import blamed
from bench.engine.guard import watched
from bench.engine.prunable import check_finite
from bench.engine.pruned import Pruned
from bench.engine.scoring import check_scored, reachable_masks
from bench.engine.sparsifying import check_sparsified, keep_counts
from bench.engine.unit_budget import Budget, Spread, unit_prunings
from bench.engine.units import hidden_layers, unit_expander
from bench.errors import TrialFault, Unsupported
from bench.registry.components import Pruner
from bench.registry.contracts import Layer, PruneInput
from bench.registry.rewriting import Scored


@dataclass(frozen=True)
class PruneJob:
    """A pruner with its parameters, its seed, and the model it looks at."""

    pruner: Pruner
    params: Mapping[str, object]
    seed: int
    given: PruneInput
    example: Tensor

    @property
    def component(self) -> str:
        """How faults name the pruner."""
        return f"pruner '{self.pruner.name}'"

    @property
    def scope(self) -> str:
        """The harness's own parameter: how the budget is spread."""
        return str(self.params["scope"])

    @property
    def budget(self) -> Budget:
        """The harness's own parameter of unit pruners: what a sparsity is a share of."""
        return "units" if self.params["budget"] == "units" else "weights"

    @property
    def ranked(self) -> Mapping[str, Layer]:
        """The layers that the pruner is asked about.

        Raises:
            Unsupported: where a unit pruner has none but the output layer.
        """
        units = self.pruner.unit == "unit"
        return hidden_layers(self.given.layers) if units else self.given.layers

    def fresh(self) -> PruneInput:
        """The pruner's own copy of the input: what it does to it costs no other sparsity.

        The generator stands at the seed, so that each run draws the same. A unit pruner is not asked
        about the output layer.
        """
        return replace(
            self.given,
            model=copy.deepcopy(self.given.model),
            layers={name: replace(layer, weight=layer.weight.clone()) for name, layer in self.ranked.items()},
            generator=torch.Generator().manual_seed(self.seed),
        )


@dataclass(frozen=True)
class PrunedAt:
    """What a pruner prunes at each of the sparsities that it was asked for, and the scores behind it.

    `scores` are by layer, of weights or units; None where the pruner gave none, as a sparsifier does.
    `values` are by parameter: what a unit pruner rewrote first, and what the scores are of. `seconds` is
    what scores took that a run before this one left.
    """

    at: Callable[[float], Pruned]
    scores: Mapping[str, Tensor] | None = None
    values: Mapping[str, Tensor] = field(default_factory=dict)
    seconds: float = 0.0

    def __call__(self, sparsity: float) -> Pruned:
        """The pruning; raises `Unsupported` where the scope cannot reach the sparsity."""
        return self.at(sparsity)


def pruning(
    job: PruneJob, sparsities: Sequence[float], *, check_repeat: bool, scored: Scored | None = None
) -> PrunedAt:
    """What the job's pruner decides at each of `sparsities`; scores are computed once for all.

    Args:
        job: what to run.
        sparsities: shares of zeros; for a unit pruner with `budget` = "units", of hidden units.
        check_repeat: run the pruner a second time and compare, which catches unseeded randomness.
        scored: what a scoring pruner said of this very model before, if it did.

    Raises:
        TrialFault: where the pruner breaks its contract; from here for scores, and from the returned
            function for a sparsifier.
        Unsupported: where it says that it cannot treat the model; from the returned function where the
            scope cannot reach the sparsity.
    """
    if job.pruner.mode == "sparsify":
        check_finite(job.given.layers)
        return PrunedAt(lambda sparsity: _sparsify(job, sparsity, check_repeat=check_repeat))
    if scored is None:
        scored = scored_by(job, check_repeat=check_repeat)
    if job.pruner.unit == "unit":
        return PrunedAt(pruned_units(job, scored, sparsities), scored.scores, scored.values)
    masks = reachable_masks(scored.scores, sparsities, job.scope, job.given.layers, job.pruner.unit)
    at = _raising(
        {
            sparsity: found if isinstance(found, Unsupported) else Pruned(found)
            for sparsity, found in masks.items()
        }
    )
    return PrunedAt(at, scored.scores)


def pruned_units(job: PruneJob, scored: Scored, sparsities: Sequence[float]) -> Callable[[float], Pruned]:
    """What goes at each of `sparsities` by the scores of units, shape (out,), of the job's ranked layers.

    Raises:
        Unsupported: from the returned function, where the scope cannot reach the sparsity.
    """
    expand = unit_expander(job.given.model, job.given.layers, job.example)
    spread = Spread(job.ranked, job.scope, job.budget)
    at = _raising(unit_prunings(scored.scores, sparsities, spread, expand))
    return lambda sparsity: replace(at(sparsity), values=scored.values)


def _raising(prunings: Mapping[float, Pruned | Unsupported]) -> Callable[[float], Pruned]:
    def at(sparsity: float) -> Pruned:
        found = prunings[sparsity]
        if isinstance(found, Unsupported):
            raise found
        return found

    return at


_UNSEEDED = "gave two results for one seed; draw from `given.generator` alone"


def scored_by(job: PruneJob, *, check_repeat: bool) -> Scored:
    """What a scoring pruner says of the job's model, and rewrites of it; raises as `pruning` does."""
    check_finite(job.given.layers)
    scored = _score(job)
    if check_repeat:
        first, again = Scored(_copied(scored.scores), _copied(scored.values)), _score(job)
        if _differ(first.scores, again.scores) or _differ(first.values, again.values):
            raise TrialFault(job.component, _UNSEEDED)
    return scored


def _score(job: PruneJob) -> Scored:
    def ask(given: PruneInput) -> object:
        return job.pruner.make(job.params)(given)  # type: ignore[call-arg]

    returned = _guarded(job, ask)
    return check_scored(returned, job.ranked, job.pruner.unit, job.component, job.given.model)


def _sparsify(job: PruneJob, sparsity: float, *, check_repeat: bool) -> Pruned:
    keep = keep_counts(job.given.layers, sparsity, job.scope)

    def once() -> Pruned:
        returned = _guarded(
            job,
            lambda given: job.pruner.make(job.params)(given, dict(keep)),  # type: ignore[call-arg]
        )
        return check_sparsified(returned, keep, job.given.layers, job.component)

    pruned = once()
    if check_repeat:
        pruned = replace(pruned, masks=_copied(pruned.masks), values=_copied(pruned.values))
        again = once()
        if _differ(pruned.masks, again.masks) or _differ(pruned.values, again.values):
            raise TrialFault(job.component, _UNSEEDED)
    return pruned


def _guarded(job: PruneJob, call: Callable[[PruneInput], object]) -> object:
    given = job.fresh()
    weights = {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
    with watched({"": given.model}, weights, job.component), blamed(job.component):
        return call(given)


def _copied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tensors.items()}


def _differ(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() != other.keys() or any(not torch.equal(one[name], other[name]) for name in one)
