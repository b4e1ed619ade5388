"""Pruners that rewrite the network before they remove units, under every schedule."""

from __future__ import annotations

import copy

import pytest
import torch

from bench.engine.fold import fold
from bench.engine.pruned import apply_pruning, rewritten
from bench.engine.schedules import iterative, retrain
from bench.engine.schedules.play import open_schedule
from bench.errors import Unsupported
from tests.unit.engine.schedules.conftest import same

MERGED = "params.cosine = 0.3\n"


def trial_of(stage, entry, schedule, **params):
    [trial] = stage.trials(entry(schedule, pruner="merge", **params) + MERGED, sparsity=0.6)
    return trial


def test_one_shot_pruning_removes_units_of_the_rewritten_network(stage, entry):
    trial = trial_of(stage, entry, "one-shot")
    scene, dense = stage.scene(trial)
    at = open_schedule(scene, [0.6])
    assert {"fc1.weight", "fc1.bias", "fc2.weight"} <= at.values.keys()
    due = rewritten(fold(copy.deepcopy(dense.model)), at.values)
    for name, score in at.scores.items():  # what was merged away is silent, and goes first
        silent = due.get_parameter(f"{name}.weight").flatten(1).norm(dim=1) == 0
        assert bool(silent.any())
        assert torch.equal(silent, score == 0)
    apply_pruning(due, at(0.6))
    outcome = stage.play(trial)
    assert same(outcome.pruned, due)
    for name, mask in outcome.pruning.masks.items():
        assert torch.count_nonzero(outcome.final.get_parameter(f"{name}.weight")[~mask]) == 0


def test_one_round_is_one_shot_pruning_to_the_bit(stage, entry):
    one = stage.play(trial_of(stage, entry, "one-shot"))
    other = stage.play(trial_of(stage, entry, "iterative", rounds=1))
    assert same(one.pruned, other.pruned)
    assert same(one.final, other.final)


def test_rounds_rewrite_what_the_network_has_become_and_masks_nest(stage, entry, monkeypatch):
    decided = []
    decide = iterative._decide

    def noting(scene, state, *rest):
        pruned = decide(scene, state, *rest)
        decided.append((state.pruned, pruned))
        return pruned

    monkeypatch.setattr(iterative, "_decide", noting)
    stage.play(trial_of(stage, entry, "iterative", rounds=3))
    assert len(decided) == 3
    assert decided[1][1].values
    assert not torch.equal(decided[0][1].values["fc1.weight"], decided[1][1].values["fc1.weight"])
    for before, after in decided[1:]:
        assert all(not bool((after.masks[name] & ~mask).any()) for name, mask in before.masks.items())


def test_stored_rounds_give_back_the_network_right_after_pruning(stage, entry):
    trial = trial_of(stage, entry, "iterative", rounds=2)
    whole = stage.play(trial)
    stage.epochs()
    again = stage.play(trial)
    assert stage.epochs() == 0
    assert same(again.pruned, whole.pruned)
    assert same(again.final, whole.final)


def test_at_initialisation_the_initial_network_is_rewritten(stage, entry):
    trial = trial_of(stage, entry, "at-init")
    scene, _ = stage.scene(trial)
    due, at = scene.initial(), open_schedule(scene, [0.6])
    assert at.values
    apply_pruning(due, at(0.6))
    assert same(stage.play(trial).pruned, due)


def test_rewound_weights_are_masked_and_not_rewritten(stage, entry, monkeypatch):
    applied = []
    monkeypatch.setattr(retrain, "apply_pruning", lambda network, pruned: applied.append((network, pruned)))
    monkeypatch.setattr(retrain, "check_no_regrowth", lambda *_: None)
    outcome = stage.play(trial_of(stage, entry, "one-shot", retrain="reset"), keep=False)
    [(network, pruned)] = applied
    assert network is outcome.final
    assert outcome.pruning.values
    assert not pruned.values
    assert pruned.masks is outcome.pruning.masks


def test_while_a_network_trains_nothing_is_rewritten(stage, entry):
    with pytest.raises(Unsupported, match="cannot do so while it trains"):
        stage.play(trial_of(stage, entry, "gradual", every=5))
