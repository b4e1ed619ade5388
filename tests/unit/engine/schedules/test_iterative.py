"""Iterative pruning: masks nest, equal beginnings run once, and an interrupted trial goes on."""

from __future__ import annotations

import itertools

import pytest
import torch

from bench.engine.fold import fold
from bench.engine.schedules import iterative
from bench.errors import Unsupported
from bench.store.artifacts import read_artifact
from tests.unit.engine.schedules.conftest import same


def stored_masks(stage):
    """The masks of all stored rounds, from few to many zeros."""
    folder = stage.root / "store" / "artifacts" / "round"
    found = []
    for path in folder.glob("*.safetensors"):
        tensors = read_artifact(path).tensors
        found.append(
            {name: part for name, part in tensors.items() if name.startswith(("mask|", "unit|"))},
        )
    return sorted(found, key=lambda masks: sum(int((~mask).sum()) for mask in masks.values()))


@pytest.mark.parametrize("scope", ["global", "layer", "erk", "uniform-plus"])
@pytest.mark.parametrize("retrain", ["finetune", "lr-rewind", "weight-rewind", "reset", "reinit"])
def test_the_masks_of_rounds_nest_and_are_exact(stage, entry, retrain, scope):
    rewinds = {"rewind_epoch": 2} if "rewind" in retrain else {}
    lines = entry("iterative", scope=scope, rounds=3, retrain=retrain, **rewinds)
    [trial] = stage.trials(lines, sparsity=0.9)
    outcome = stage.play(trial)
    rounds = stored_masks(stage)
    total = sum(mask.numel() for mask in rounds[0].values())
    shares = [1 - 0.1 ** (done / 3) for done in (1, 2, 3)]
    for masks, share in zip(rounds, shares, strict=True):
        assert sum(int((~mask).sum()) for mask in masks.values()) == round(share * total)
    for before, after in itertools.pairwise(rounds):
        assert all(not bool((after[name] & ~before[name]).any()) for name in after)
    for name, mask in outcome.pruning.masks.items():
        assert torch.equal(mask, rounds[-1][f"mask|{name}"])
        assert torch.count_nonzero(outcome.final.get_parameter(f"{name}.weight")[~mask]) == 0
        assert torch.count_nonzero(outcome.pruned.get_parameter(f"{name}.weight")[~mask]) == 0


def test_one_round_is_one_shot_pruning_to_the_bit(stage, entry):
    [once] = stage.trials(entry("one-shot"))
    [round_] = stage.trials(entry("iterative", rounds=1))
    one, other = stage.play(once), stage.play(round_)
    assert same(one.pruned, other.pruned)
    assert same(one.final, other.final)


def test_rounds_prune_what_the_network_has_become_not_what_the_dense_one_was(stage, entry):
    [once] = stage.trials(entry("one-shot"))
    [rounds] = stage.trials(entry("iterative", rounds=3))
    one, other = (stage.play(trial).pruning.masks for trial in (once, rounds))
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_trials_at_one_rate_train_their_common_rounds_once(stage, entry):
    trials = stage.trials(entry("iterative", rate=0.5), sparsity=[0.5, 0.75, 0.9])
    trained = []
    for trial in trials:
        stage.play(trial)
        trained.append(stage.epochs())
    assert trained == [1, 1, 2]


def test_shared_rounds_or_not_the_outcome_is_the_same(stage, entry):
    short, long = stage.trials(entry("iterative", rate=0.5), sparsity=[0.75, 0.9])
    alone = stage.play(long, keep=False)
    for path in (stage.root / "store" / "artifacts" / "round").iterdir():
        path.unlink()
    stage.play(short)
    after = stage.play(long)
    assert same(alone.final, after.final)
    assert same(alone.pruned, after.pruned)


def test_an_interrupted_trial_goes_on_where_it_stopped(stage, entry, monkeypatch):
    [trial] = stage.trials(entry("iterative", rounds=3))
    whole = stage.play(trial, keep=False)
    for path in (stage.root / "store" / "artifacts" / "round").iterdir():
        path.unlink()
    stage.epochs()
    train = iterative.retrain

    def interrupted(scene, network, pruned, number):
        if number == 3:
            raise KeyboardInterrupt
        return train(scene, network, pruned, number)

    monkeypatch.setattr(iterative, "retrain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stage.play(trial)
    assert stage.epochs() == 2
    monkeypatch.undo()
    assert same(stage.play(trial).final, whole.final)
    assert stage.epochs() == 1
    again = stage.play(trial)
    assert stage.epochs() == 0
    assert same(again.final, whole.final)
    assert same(again.pruned, whole.pruned)
    assert again.train_seconds > 0


def test_a_damaged_round_is_trained_again(stage, entry):
    [trial] = stage.trials(entry("iterative", rounds=2))
    whole = stage.play(trial)
    for path in (stage.root / "store" / "artifacts" / "round").glob("*.safetensors"):
        data = bytearray(path.read_bytes())
        data[-1] ^= 0xFF
        path.write_bytes(data)
    stage.epochs()
    assert same(stage.play(trial).final, whole.final)
    assert stage.epochs() == 2


@pytest.mark.parametrize("budget", ["units", "weights"])
@pytest.mark.parametrize("scope", ["global", "layer"])
@pytest.mark.parametrize("output_layer", ["included", "exempt"])
def test_units_go_in_rounds_too(stage, entry, budget, scope, output_layer):
    lines = entry("iterative", pruner="torch-ln-structured", scope=scope, rounds=2)
    head = f'output_layer = "{output_layer}"'
    [trial] = stage.trials(f'{lines}params.budget = "{budget}"', model="resnet8", sparsity=0.5, head=head)
    outcome = stage.play(trial)
    first, second = stored_masks(stage)
    assert "fc" not in outcome.pruning.units
    for name, units in outcome.pruning.units.items():
        assert not bool(outcome.pruning.masks[name][~units].any())
        assert not bool((second[f"unit|{name}"] & ~first[f"unit|{name}"]).any())
    for name in outcome.pruning.masks:
        assert not bool((second[f"mask|{name}"] & ~first[f"mask|{name}"]).any())
    assert outcome.pruning.extra
    for name, mask in outcome.pruning.extra.items():
        assert torch.count_nonzero(outcome.final.get_parameter(name)[~mask]) == 0
    counted = outcome.pruning.units if budget == "units" else outcome.pruning.masks
    whole = sum(mask.numel() for mask in counted.values())
    gone = sum(int((~mask).sum()) for mask in counted.values())
    assert gone == round(0.5 * whole) if budget == "units" else abs(gone / whole - 0.5) < 0.01


def test_a_sparsifier_prunes_once_but_not_in_rounds(stage, entry):
    [once] = stage.trials(entry("iterative", pruner="torch-l1", rounds=1))
    scene, dense = stage.scene(once)
    assert stage.play(once).pruning.masks.keys() == scene.layers(fold(dense.model)).keys()
    [rounds] = stage.trials(entry("iterative", pruner="torch-l1", rounds=2))
    with pytest.raises(Unsupported, match="prunings would not nest"):
        stage.play(rounds)
