"""A pruner on the bench: asked directly, to see what it returns, or through the harness, as in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine.guard import Trace, Watch
from bench.engine.prunable import prunable_layers
from bench.engine.prune import PruneJob, pruning
from bench.engine.pruned import Pruned
from bench.engine.sparsifying import keep_counts
from bench.errors import Unsupported
from bench.registry.components import Pruner
from bench.registry.contracts import PruneInput, Sparsified
from bench.registry.rewriting import Scored
from bench.testing.check import require
from bench.testing.common import Subject
from bench.testing.tiny import BEDS, Bed, first_home

SPARSITIES = (0.0, 0.1, 1 / 3, 0.5, 0.77, 0.9, 1.0)
Answer = Mapping[str, Any] | Scored
T = TypeVar("T")


@dataclass(frozen=True)
class PrunerCase(Subject[Pruner]):
    """A pruner, with its parameters and the network that it is first tried on."""

    @cached_property
    def home(self) -> Bed:
        """The first of the tiny networks that the pruner does not decline."""
        return first_home(BEDS, self.ask)

    @cached_property
    def traces(self) -> list[Trace]:
        """What one call leaves behind on the model, the layers and the process."""
        given = self.input(self.home)
        weights = {f"the weight of {name}": layer.weight for name, layer in given.layers.items()}
        watch = Watch({"": given.model}, weights)
        self.ask(self.home, given)
        return watch.settle()

    def input(self, bed: Bed, *, model: nn.Module | None = None, seed: int = 0) -> PruneInput:
        """What a pruner is handed for `bed`."""
        model = bed.model() if model is None else model
        return PruneInput(
            model=model,
            layers=prunable_layers(model, include_output=True),
            generator=torch.Generator().manual_seed(seed),
            batch=lambda size: _typed(bed.batch(size), model),
            loss=functional.cross_entropy,
        )

    def ask(self, bed: Bed, given: PruneInput | None = None, sparsity: float = 0.5) -> Answer:
        """What the pruner returns, unchecked, from a fresh build."""
        given = given or self.input(bed)
        made: Any = self.component.make(self.params)
        if self.component.mode == "score":
            return made(given)  # type: ignore[no-any-return]
        return made(given, keep_counts(given.layers, sparsity, "layer"))  # type: ignore[no-any-return]

    def pruner(self, given: PruneInput, bed: Bed, scope: str = "", *, seed: int = 0) -> dict[float, Pruned]:
        """What the harness makes of the pruner at those of `SPARSITIES` that it does not decline.

        Raises:
            Unsupported: where it declines them all.
        """
        params = self.params | ({"scope": scope} if scope else {})
        params |= {"budget": "units"} if self.component.unit == "unit" else {}
        job = PruneJob(self.component, params, seed, given, _typed(bed.batch(1), given.model)[0])
        at = pruning(job, SPARSITIES, check_repeat=False)
        return supported(at, SPARSITIES)

    def on(self, bed: Bed, scope: str = "") -> dict[float, Pruned]:
        """`pruner` on a fresh network of `bed`."""
        return self.pruner(self.input(bed), bed, scope)


def supported(call: Callable[[float], T], sparsities: Sequence[float]) -> dict[float, T]:
    """What `call` gives, by sparsity, leaving out those that a pruner says it cannot treat.

    Raises:
        Unsupported: where none is left.
    """
    found: dict[float, T] = {}
    reason = ""
    for sparsity in sparsities:
        try:
            found[sparsity] = call(sparsity)
        except Unsupported as declined:
            reason = declined.reason
    if not found:
        raise Unsupported(reason)
    return found


def by_layer(answer: Answer) -> Mapping[str, Any]:
    """An answer's scores, or masks, by layer: all of it but new values of parameters."""
    return answer.scores if isinstance(answer, Scored) else answer


def new_values(answer: Answer) -> Mapping[str, Any]:
    """What an answer rewrites, by parameter."""
    return answer.values if isinstance(answer, Scored) else {}


def tensors(answer: Answer) -> dict[str, Tensor]:
    """All tensors of an answer by name: scores and new values, or masks and values."""
    found = {f"the new values of {name}": value for name, value in new_values(answer).items()}
    for name, part in by_layer(answer).items():
        if isinstance(part, Sparsified):
            found[f"the mask of {name}"] = part.mask
            if part.values is not None:
                found[f"the values of {name}"] = part.values
        else:
            found[f"the scores of {name}"] = part
    return found


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are equal, bit for bit."""
    first, second = tensors(one), tensors(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def copied(answer: Answer) -> Answer:
    """An answer that a later call cannot change."""
    if isinstance(answer, Scored):
        values = {name: value.clone() for name, value in answer.values.items()}
        return Scored({name: score.clone() for name, score in answer.scores.items()}, values)
    return {
        name: Sparsified(part.mask.clone(), None if part.values is None else part.values.clone())
        if isinstance(part, Sparsified)
        else part.clone()
        for name, part in answer.items()
    }


def require_exact(case: PrunerCase, given: PruneInput, pruned: Mapping[float, Pruned], scope: str) -> None:
    """Check the number of zeros, or of removed hidden units, at each sparsity, in all and by layer."""
    for sparsity, result in pruned.items():
        kept = result.masks
        if case.component.unit == "unit":
            kept = result.units
            _require_whole(result, given)
        removed = {name: int((~mask).sum()) for name, mask in kept.items()}
        sizes = {name: mask.numel() for name, mask in kept.items()}
        due, have = round(sparsity * sum(sizes.values())), sum(removed.values())
        require(
            have == due, f"at sparsity {sparsity:.3g} it removed {have} of {sum(sizes.values())}, not {due}"
        )
        for name, count in removed.items() if scope == "layer" else ():
            share = sparsity * sizes[name]
            require(
                abs(count - share) <= 1, f"with scope 'layer', {name} lost {count}, not about {share:.1f}"
            )


def _require_whole(result: Pruned, given: PruneInput) -> None:
    """Check that removed units lost all their weights, and that no output did."""
    due = {name for name, layer in given.layers.items() if not layer.is_output}
    require(result.units.keys() == due, f"units of {sorted(due ^ result.units.keys())} are odd")
    for name, units in result.units.items():
        left = int(result.masks[name][~units].sum())
        require(not left, f"{left} weights of removed units of {name} were kept")


def _typed(batch: tuple[Tensor, Tensor], model: nn.Module) -> tuple[Tensor, Tensor]:
    dtype = next(model.parameters()).dtype
    return batch[0].to(dtype), batch[1]
