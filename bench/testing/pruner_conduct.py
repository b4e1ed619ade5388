"""How a pruner must behave: no edits, no randomness but its own, nothing remembered."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from itertools import pairwise
from typing import Any

import torch

from bench.engine.sparsifying import keep_counts
from bench.registry.contracts import PruneInput
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.pruner_case import PrunerCase, by_layer, copied, same


def _require_no_trace(case: PrunerCase, kind: str) -> None:
    for trace in case.traces:
        require(trace.kind != kind, f"it {trace.message}")


def leaves_the_model_alone(case: PrunerCase) -> None:
    """It changes no parameter, buffer, hook or gradient flag of the model."""
    _require_no_trace(case, "model")


def leaves_the_layers_alone(case: PrunerCase) -> None:
    """It does not write into the weights that it is handed."""
    _require_no_trace(case, "tensors")


def leaves_the_mode_alone(case: PrunerCase) -> None:
    """The model is left in eval mode, as it came."""
    _require_no_trace(case, "mode")


def leaves_torch_as_it_was(case: PrunerCase) -> None:
    """Gradients on or off, the default dtype and the like are as they were."""
    _require_no_trace(case, "settings")


def draws_from_its_generator_alone(case: PrunerCase) -> None:
    """No global random generator is drawn from or reseeded: torch's, numpy's or Python's."""
    _require_no_trace(case, "randomness")


def repeats_under_a_seed(case: PrunerCase) -> None:
    """Two runs with one seed give equal results, bit for bit."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = copied(case.ask(case.home))
        torch.manual_seed(1)
        require(same(first, case.ask(case.home)), "two runs with one seed gave two results")


def does_not_depend_on_global_state(case: PrunerCase) -> None:
    """The state of torch's global generator makes no difference, even where it is put back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = copied(case.ask(case.home))
        torch.manual_seed(2)
        require(same(first, case.ask(case.home)), "the global generator's state changed the result")


def remembers_nothing(case: PrunerCase) -> None:
    """One build, called three times, answers alike, and later answers leave the first one alone."""
    made: Any = case.component.make(case.params)

    def call(sparsity: float) -> Any:
        given = case.input(case.home)
        if case.component.mode == "score":
            return made(given)
        return made(given, keep_counts(given.layers, sparsity, "layer"))

    answer = call(0.5)
    first = copied(answer)
    call(0.25)
    require(same(first, answer), "a later call changed an earlier answer: return fresh tensors")
    require(same(first, call(0.5)), "it answered otherwise when it was called again")


def takes_any_seed(case: PrunerCase) -> None:
    """Seeds of up to 63 bits are taken, as the harness derives them."""
    for seed in (1, 2**32 + 1, 2**63 - 1):
        case.ask(case.home, case.input(case.home, seed=seed))


def lets_the_model_go(case: PrunerCase) -> None:
    """It holds no reference to the model once it has answered."""
    given = case.input(case.home)
    seen = weakref.ref(given.model)
    answer = case.ask(case.home, given)
    del given
    gc.collect()
    require(seen() is None, "it still holds the model after it has answered")
    del answer


def answers_only_for_what_it_is_given(case: PrunerCase) -> None:
    """Where a suite leaves the output layer out, it does too."""
    given = _without_last(case.input(case.home))
    require(
        set(by_layer(case.ask(case.home, given))) == set(given.layers),
        "it answered for other layers than it was given",
    )


def nests(case: PrunerCase) -> None:
    """A higher sparsity keeps a subset: always for scores, for sparsifiers where it is promised."""
    if case.component.mode == "sparsify" and not case.component.nested:
        raise NotApplicable("it does not promise nested masks")
    wanted = {"layer"} if case.component.mode == "sparsify" else {"layer", "global"}
    for scope in sorted(wanted & set(case.component.scopes)):
        pruned = case.on(case.home, scope)
        for low, high in pairwise(pruned):
            for name, mask in pruned[high].masks.items():
                back = int((mask & ~pruned[low].masks[name]).sum())
                require(
                    not back,
                    f"{back} weights of {name} pruned at {low:.3g} are back at {high:.3g} (scope {scope})",
                )


def _without_last(given: PruneInput) -> PruneInput:
    kept = list(given.layers)[:-1] or list(given.layers)
    return replace(given, layers={name: given.layers[name] for name in kept})


ISOLATION = gates(
    leaves_the_model_alone,
    leaves_the_layers_alone,
    leaves_the_mode_alone,
    leaves_torch_as_it_was,
    draws_from_its_generator_alone,
    repeats_under_a_seed,
    does_not_depend_on_global_state,
)
CONDUCT = rules(
    remembers_nothing, takes_any_seed, lets_the_model_go, answers_only_for_what_it_is_given, nests
)
