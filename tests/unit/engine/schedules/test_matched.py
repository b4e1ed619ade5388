"""Layer-matched controls take the very counts of another pruner, by a ranking of their own."""

from __future__ import annotations

import pytest
import torch

from bench.engine.ranking import zeros

CONTROL = 'control = "layer-matched"\n'
SCHEDULES = [
    ("one-shot", {}),
    ("one-shot", {"retrain": "reset"}),
    ("iterative", {"rounds": 3}),
    ("gradual", {"every": 5}),
    ("at-init", {}),
    ("rigl", {"every": 5}),
]


@pytest.mark.parametrize(("schedule", "params"), SCHEDULES)
def test_a_control_has_its_references_counts_and_its_own_places(stage, entry, schedule, params):
    reference, control = stage.trials(entry(schedule, **params) + CONTROL)
    assert control.spec.matched_to.name == "magnitude"
    one, other = stage.play(reference).pruning.masks, stage.play(control).pruning.masks
    assert zeros(one) == zeros(other)
    assert len({round(zeros(one)[name] / one[name].numel(), 2) for name in one}) > 1
    assert any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    ("schedule", "params", "left"), [("iterative", {"rounds": 3}, 1), ("gradual", {"every": 5}, 3)]
)
def test_the_counts_of_several_prunings_are_had_without_the_reference_too(
    stage, entry, schedule, params, left
):
    reference, control = stage.trials(entry(schedule, **params) + CONTROL)
    alone = stage.play(control, keep=False)
    assert stage.told.count(("train", 0)) == 3
    assert stage.epochs() == 3
    masks = stage.play(reference, keep=False).pruning.masks
    assert zeros(alone.pruning.masks) == zeros(masks)
    stage.epochs()
    after = stage.play(control, keep=False)
    assert ("train", 0) not in stage.told
    assert stage.epochs() == left
    assert all(torch.equal(alone.pruning.masks[name], mask) for name, mask in after.pruning.masks.items())


@pytest.mark.parametrize("schedule", ["iterative", "gradual"])
def test_lost_counts_are_had_again_though_all_else_is_in_the_store(stage, entry, schedule):
    reference, control = stage.trials(entry(schedule) + CONTROL)
    masks = stage.play(reference).pruning.masks
    for path in (stage.root / "store" / "artifacts" / "counts").iterdir():
        path.unlink()
    assert zeros(stage.play(control).pruning.masks) == zeros(masks)


def test_the_ranking_within_a_layer_is_the_controls(stage, entry):
    trials = stage.trials(entry("one-shot", pruner="torch-l1", scope="global") + CONTROL)
    reference, _, control = trials
    assert control.spec.pruner == "magnitude"
    scene, _ = stage.scene(control)
    one, other = stage.play(reference).pruning.masks, stage.play(control).pruning.masks
    assert zeros(one) == zeros(other)
    for name, layer in scene.layers(scene.dense).items():
        kept, gone = layer.weight[other[name]].abs(), layer.weight[~other[name]].abs()
        assert kept.min() >= gone.max()


def test_a_control_of_whole_units_removes_whole_units(stage, entry):
    lines = entry("one-shot", pruner="torch-ln-structured", scope="global") + CONTROL
    trials = stage.trials(lines, model="resnet8", sparsity=0.5, head='output_layer = "exempt"')
    reference, *controls = (stage.play(trial).pruning for trial in trials)
    for control in controls:
        assert zeros(control.units) == zeros(reference.units)
        assert control.extra.keys() == reference.extra.keys()
        for name, units in control.units.items():
            assert not bool(control.masks[name][~units].any())
