"""What took long is had again after an interruption, to the bit, and only where a record will be written."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from bench.engine.fold import fold
from bench.engine.schedules import interim
from bench.engine.schedules.play import open_schedule, play
from tests.unit.engine.schedules.conftest import same

SCHEDULES = ["one-shot", "iterative", "gradual", "at-init", "rigl"]


@pytest.fixture
def long(monkeypatch):
    monkeypatch.setattr(interim, "LONG", 0.0)


def left(stage):
    return sorted((stage.root / "store" / "artifacts" / "interim").glob("*.safetensors"))


def played(stage, trial, *, is_recorded=True):
    scene, dense = stage.scene(trial)
    scene = replace(scene, is_recorded=is_recorded)
    pruned_at = open_schedule(scene, [trial.spec.sparsity])
    return stage.run(play(scene, fold(dense.model), pruned_at, keep=False)), pruned_at


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_trial_that_is_played_again_trains_nothing_and_has_the_same_bits(stage, entry, schedule):
    [trial] = stage.trials(entry(schedule))
    first, _ = played(stage, trial)
    assert stage.epochs() > 0
    again, _ = played(stage, trial)
    assert stage.epochs() == 0
    assert same(first.final, again.final)
    assert same(first.pruned, again.pruned)
    assert first.pruning.masks.keys() == again.pruning.masks.keys()
    assert all(torch.equal(mask, again.pruning.masks[name]) for name, mask in first.pruning.masks.items())
    assert first.train_seconds == again.train_seconds


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("schedule", "stages"),
    [
        *((schedule, ["train"]) for schedule in SCHEDULES),
        *(
            (schedule, stages)
            for schedule in SCHEDULES[:2]
            for stages in (["finetune"], ["train", "finetune"])
        ),
    ],
)
def test_networks_come_back_as_they_lay_in_memory(stage, entry, schedule, stages):
    [trial] = stage.trials(entry(schedule), model="resnet8")
    recipe = trial.spec.recipe.model_copy(
        update={
            one: getattr(trial.spec.recipe, one).model_copy(update={"channels_last": True}) for one in stages
        }
    )
    trial = replace(trial, spec=trial.spec.model_copy(update={"recipe": recipe}))
    first, _ = played(stage, trial)
    stage.epochs()
    again, _ = played(stage, trial)
    assert stage.epochs() == 0
    for one, other in ((first.final, again.final), (first.pruned, again.pruned)):
        assert same(one, other)
        assert strides(one) == strides(other)
    assert any(stride != torch.empty(shape).stride() for shape, stride in strides(again.final).values())


def strides(network):
    return {name: (tensor.shape, tensor.stride()) for name, tensor in network.state_dict().items()}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_what_took_a_moment_is_not_stored(stage, entry, schedule):
    [trial] = stage.trials(entry(schedule))
    played(stage, trial)
    assert left(stage) == []


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_nothing_is_left_of_what_gets_no_record(stage, entry, schedule):
    [trial] = stage.trials(entry(schedule))
    played(stage, trial, is_recorded=False)
    assert left(stage) == []


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("pruner", ["random", "unit-norm", "merge"])
def test_scores_are_not_computed_again_and_prune_the_same(stage, pruner, monkeypatch):
    [trial] = stage.trials(f'pruner = "{pruner}"')
    scene, _ = stage.scene(trial)
    scene = replace(scene, is_recorded=True)
    first = open_schedule(scene, [0.5])
    [path] = left(stage)
    assert path.stem == trial.stages.score

    def fail(*_):
        pytest.fail("the pruner was asked again")

    monkeypatch.setattr("bench.engine.prune._score", fail)
    again = open_schedule(scene, [0.5, 0.75])
    assert again.seconds > 0
    one, other = first(0.5), again(0.5)
    for part in ("masks", "units", "extra", "values"):
        before, after = getattr(one, part), getattr(other, part)
        assert before.keys() == after.keys()
        assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("damage", ["other layers", "NaN"])
def test_scores_that_do_not_fit_are_computed_again(stage, entry, damage):
    [trial] = stage.trials(entry("one-shot"))
    scene, dense = stage.scene(trial)
    scene = replace(scene, is_recorded=True)
    first = open_schedule(scene, [0.5])
    scores = {
        name: torch.full_like(layer.weight, torch.nan) for name, layer in scene.layers(dense.model).items()
    }
    if damage == "other layers":
        scores = {"fc9": torch.zeros(1)}
    interim.store_scores(scene, replace(first, scores=scores), 9.0)
    again = open_schedule(scene, [0.5])
    assert again.seconds == 0
    assert all(torch.equal(mask, again(0.5).masks[name]) for name, mask in first(0.5).masks.items())


def test_a_last_round_that_another_trial_left_is_taken(stage, entry):
    short, long = stage.trials(entry("iterative", rounds=0, rate=0.5), sparsity=[0.5, 0.75])
    played(stage, long)
    stage.epochs()
    played(stage, short)
    assert stage.epochs() == 0
