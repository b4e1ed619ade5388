"""Schedules that start from initialisation: at-init, gradual, RigL and SET."""

from __future__ import annotations

import copy
import itertools

import pytest
import torch
from torch.nn.utils import parametrize

from bench.engine.fold import fold
from bench.engine.ranking import zeros
from bench.engine.schedules import dynamic, gradual
from bench.engine.schedules.scene import require_plain
from bench.errors import Unsupported
from bench.plan.sequences import cubic_sparsities, update_steps
from tests.unit.engine.schedules.conftest import same

ALL = [
    ("at-init", {}),
    ("gradual", {"every": 5}),
    ("rigl", {"every": 5}),
    ("set", {"every": 5}),
]


def watched_changes(monkeypatch, module):
    """All masks that a schedule holds, in their order."""
    held = []
    change = module.Holding.change

    def noting(self, pruned):
        held.append({name: mask.clone() for name, mask in pruned.masks.items()})
        change(self, pruned)

    monkeypatch.setattr(module.Holding, "change", noting)
    return held


@pytest.mark.parametrize(("schedule", "params"), ALL)
@pytest.mark.parametrize("scope", ["global", "layer", "erk", "uniform-plus"])
def test_the_final_mask_is_exact_and_holds(stage, entry, schedule, params, scope):
    [trial] = stage.trials(entry(schedule, scope=scope, **params))
    outcome = stage.play(trial)
    masks = outcome.pruning.masks
    assert sum(zeros(masks).values()) == round(0.9 * sum(mask.numel() for mask in masks.values()))
    for network in (outcome.pruned, outcome.final):
        for name, mask in masks.items():
            assert torch.count_nonzero(network.get_parameter(f"{name}.weight")[~mask]) == 0
    assert stage.epochs() == trial.spec.recipe.train.epochs
    assert not outcome.final.training


@pytest.mark.parametrize(("schedule", "params"), ALL)
def test_pruning_nothing_is_the_dense_network_to_the_bit(stage, entry, schedule, params):
    [trial] = stage.trials(entry(schedule, **params), sparsity=0.0)
    _, dense = stage.scene(trial)
    assert same(stage.play(trial).final, fold(dense.model))


@pytest.mark.parametrize(("schedule", "params"), ALL)
def test_a_trial_gives_the_same_bits_again_from_the_store_or_not(stage, entry, schedule, params):
    [trial] = stage.trials(entry(schedule, retrain="finetune", **params))
    first = stage.play(trial)
    assert stage.epochs() == 4
    stored = stage.play(trial)
    assert stage.epochs() == 0
    again = stage.play(trial, keep=False)
    assert stage.epochs() == 4
    for other in (stored, again):
        assert same(first.final, other.final)
        assert same(first.pruned, other.pruned)
        assert all(torch.equal(first.pruning.masks[name], mask) for name, mask in other.pruning.masks.items())


def test_pruning_at_initialisation_ranks_initial_weights(stage, entry):
    [trial] = stage.trials(entry("at-init", scope="layer"), sparsity=0.5)
    scene, _ = stage.scene(trial)
    initial = scene.initial().get_parameter("fc1.weight").detach().abs().flatten()
    mask = stage.play(trial).pruning.masks["fc1"].flatten()
    assert initial[mask].min() >= initial[~mask].max()
    assert int(mask.sum()) == mask.numel() // 2


@pytest.mark.parametrize("model", ["resnet8", "lenet-5"])
@pytest.mark.parametrize("schedule", ["at-init", "gradual"])
def test_units_can_go_at_initialisation_and_gradually(stage, entry, monkeypatch, schedule, model):
    every = {"every": 12} if schedule == "gradual" else {}
    lines = entry(schedule, pruner="torch-ln-structured", scope="layer", **every)
    [trial] = stage.trials(lines, model=model, sparsity=0.5)
    held = watched_changes(monkeypatch, gradual)
    outcome = stage.play(trial)
    assert outcome.pruning.extra
    for name, mask in outcome.pruning.by_parameter().items():
        assert torch.count_nonzero(outcome.final.get_parameter(name)[~mask]) == 0
    assert len(held) == (3 if schedule == "gradual" else 0)
    for before, after in itertools.pairwise(held):
        assert all(not bool((after[name] & ~before[name]).any()) for name in after)


def test_gradual_pruning_goes_along_the_cubic_and_its_masks_nest(stage, entry, monkeypatch):
    [trial] = stage.trials(entry("gradual", every=5, start=0.1, initial=0.2))
    held = watched_changes(monkeypatch, gradual)
    outcome = stage.play(trial)
    scene, _ = stage.scene(trial)
    steps = 3 * scene.data.steps(trial.spec.recipe.train)
    due = cubic_sparsities(trial.spec.schedule_params, 0.9, steps)
    total = sum(mask.numel() for mask in held[0].values())
    assert [sum(zeros(masks).values()) for masks in held] == [round(one * total) for _, one in due]
    assert len(held) > 3
    for before, after in itertools.pairwise(held):
        assert all(not bool((after[name] & ~before[name]).any()) for name in after)
    assert all(torch.equal(held[-1][name], mask) for name, mask in outcome.pruning.masks.items())


def test_gradual_pruning_ranks_weights_as_they_are_by_then(stage, entry):
    [early] = stage.trials(entry("at-init"))
    [late] = stage.trials(entry("gradual", every=5))
    one, other = (stage.play(trial).pruning.masks for trial in (early, late))
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_a_sparsifier_cannot_prune_gradually(stage, entry):
    [trial] = stage.trials(entry("gradual", pruner="torch-l1"))
    with pytest.raises(Unsupported, match="prunings would not nest"):
        stage.play(trial)


@pytest.mark.parametrize("schedule", ["rigl", "set"])
def test_weights_move_within_layers_and_no_layer_gains_or_loses_any(stage, entry, monkeypatch, schedule):
    [trial] = stage.trials(entry(schedule, pruner="random", every=4, drop=0.5))
    held = watched_changes(monkeypatch, dynamic)
    stage.play(trial)
    scene, _ = stage.scene(trial)
    steps = 3 * scene.data.steps(trial.spec.recipe.train)
    assert len(held) == 1 + len(update_steps(trial.spec.schedule_params, steps)) > 4
    for before, after in itertools.pairwise(held):
        assert zeros(before) == zeros(after)
        assert any(not torch.equal(before[name], after[name]) for name in before)
    moved = [
        sum(int((before[name] & ~after[name]).sum()) for name in before)
        for before, after in itertools.pairwise(held)
    ]
    assert moved[0] > moved[-1]


def test_gained_weights_start_at_zero_without_momentum_and_then_learn(stage, entry, monkeypatch):
    [trial] = stage.trials(entry("rigl", pruner="random", every=4))
    seen = []
    after_step = dynamic._Moving.after_step

    def noting(self, done, optimizer):
        before = self.pruned.masks
        after_step(self, done, optimizer)
        for name, mask in self.pruned.masks.items():
            gained = mask & ~before[name]
            parameter = self._parameters[name]
            if bool(gained.any()):
                momentum = optimizer.state[parameter]["momentum_buffer"]
                assert torch.count_nonzero(parameter[gained]) == 0
                assert torch.count_nonzero(momentum[gained]) == 0
                assert torch.count_nonzero(momentum[mask & ~gained]) > 0
                seen.append((name, gained))

    monkeypatch.setattr(dynamic._Moving, "after_step", noting)
    final = stage.play(trial).final
    assert seen
    name, gained = seen[-1]
    assert torch.count_nonzero(final.get_parameter(f"{name}.weight")[gained]) > 0


def test_rigl_grows_where_the_gradient_is_largest(stage, entry, monkeypatch):
    [trial] = stage.trials(entry("rigl", pruner="random", every=4))
    calls = []
    real = dynamic.moved

    def noting(mask, strength, growth, share):
        after = real(mask, strength, growth, share)
        calls.append((mask, growth.clone(), after))
        return after

    monkeypatch.setattr(dynamic, "moved", noting)
    stage.play(trial)
    assert calls
    for mask, growth, after in calls:
        gained, empty = after & ~mask, ~after
        if bool(gained.any()):
            assert growth[gained].min() >= growth[empty].max()
            assert growth[gained].max() > 0


def test_units_do_not_move(stage, entry):
    lines = entry("set", pruner="torch-ln-structured", scope="layer")
    [trial] = stage.trials(lines, model="lenet-5", head='output_layer = "exempt"')
    with pytest.raises(Unsupported, match="moves single weights"):
        stage.play(trial)


def test_where_no_update_fits_the_mask_stays_as_it_began(stage, entry):
    [still] = stage.trials(entry("rigl", every=1000))
    [at_init] = stage.trials(entry("at-init"))
    assert same(stage.play(still).final, stage.play(at_init).final)


@pytest.mark.parametrize("schedule", ["gradual", "rigl", "set", "at-init"])
def test_channels_last_changes_nothing_but_the_layout(stage, entry, schedule):
    [trial] = stage.trials(entry(schedule), model="lenet-5", sparsity=0.8)
    recipe = trial.spec.recipe
    there = recipe.model_copy(update={"train": recipe.train.model_copy(update={"channels_last": True})})
    object.__setattr__(trial, "spec", trial.spec.model_copy(update={"recipe": there}))
    outcome = stage.play(trial, keep=False)
    masks = outcome.pruning.masks
    assert sum(zeros(masks).values()) == round(0.8 * sum(mask.numel() for mask in masks.values()))
    for name, mask in masks.items():
        assert torch.count_nonzero(outcome.final.get_parameter(f"{name}.weight")[~mask]) == 0


def test_masks_cannot_hold_weights_that_are_functions_of_others(stage, entry):
    [trial] = stage.trials(entry("at-init"))
    scene, dense = stage.scene(trial)
    network = copy.deepcopy(dense.model)
    require_plain(network, scene.spec)
    parametrize.register_parametrization(network.fc1, "weight", torch.nn.Identity())
    with pytest.raises(Unsupported, match="masks hold plain weights"):
        require_plain(network, scene.spec)
