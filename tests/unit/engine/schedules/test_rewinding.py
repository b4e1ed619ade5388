"""Rewinding: weights, learning rates and data order are exactly those of the epoch that is gone back to."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from bench.engine.dense import dense_network
from bench.engine.fold import fold
from bench.engine.pruned import Pruned, apply_pruning
from bench.engine.schedules.retrain import retrain
from bench.engine.schedules.rewind import weights_at
from bench.engine.train import train
from tests.unit.engine.schedules.conftest import Stage, same


@pytest.fixture(params=[False, True], ids=["alone", "in banks"])
def stage(catalog, tmp_path, request):
    return Stage(catalog, tmp_path, banks=request.param)


def started_from(trainee):
    """The state, course and masks that retraining starts from; nothing is trained."""
    training = next(trainee)
    state = {name: part.clone() for name, part in training.model.state_dict().items()}
    return state, training.course, training.masks


def half_masks(scene):
    generator = torch.Generator().manual_seed(1)
    return {
        name: torch.rand(layer.weight.shape, generator=generator) > 0.5
        for name, layer in scene.layers(scene.dense).items()
    }


@pytest.mark.parametrize(("way", "epoch"), [("weight-rewind", 2), ("weight-rewind", 0), ("reset", 0)])
def test_rewound_weights_are_the_checkpoints_at_surviving_places_bit_for_bit(stage, entry, way, epoch):
    [trial] = stage.trials(entry("one-shot", retrain=way, rewind_epoch=epoch))
    scene, dense = stage.scene(trial)
    masks = half_masks(scene)
    checkpoint = {name: part.clone() for name, part in stage.run(weights_at(scene, epoch)).items()}
    state, course, held = started_from(retrain(scene, fold(dense.model), Pruned(masks)))
    assert course.first == epoch
    assert held.keys() == {f"{name}.weight" for name in masks}
    for name, part in state.items():
        mask = held.get(name, torch.ones_like(part, dtype=torch.bool))
        assert torch.equal(part[mask], checkpoint[name][mask])
        assert torch.count_nonzero(part[~mask]) == 0


def test_a_reset_goes_to_the_dense_networks_own_start_and_a_reinit_to_another(stage, entry):
    seen = []
    for way in ("reset", "reinit"):
        [trial] = stage.trials(entry("one-shot", retrain=way))
        scene, dense = stage.scene(trial)
        seen.append(started_from(retrain(scene, fold(dense.model), Pruned(half_masks(scene)))))
    initial = scene.initial().state_dict()
    [(reset, _, held), (reinit, _, _)] = seen
    mask = held["fc1.weight"]
    assert torch.equal(reset["fc1.weight"][mask], initial["fc1.weight"][mask])
    assert not torch.equal(reinit["fc1.weight"][mask], initial["fc1.weight"][mask])


def test_learning_rates_are_rewound_and_weights_are_not(stage, entry):
    [trial] = stage.trials(entry("one-shot", retrain="lr-rewind", rewind_epoch=2))
    scene, dense = stage.scene(trial)
    network = fold(dense.model)
    pruned = Pruned(half_masks(scene))
    apply_pruning(network, pruned)
    before = {name: part.clone() for name, part in network.state_dict().items()}
    state, course, _ = started_from(retrain(scene, network, pruned))
    assert all(torch.equal(state[name], before[name]) for name in before)
    assert (course.first, course.recipe, course.replay) == (2, trial.spec.recipe.train, False)


def test_a_course_in_part_has_the_rates_and_the_data_of_the_whole(stage, entry):
    [trial] = stage.trials(entry("one-shot"))
    scene, _ = stage.scene(trial)
    whole, part = [], []

    def note(into):
        network = scene.initial()

        def after_step(done, optimizer):
            into.append((done, optimizer.param_groups[0]["lr"]))

        return network, after_step

    for into, keys in ((whole, {}), (part, {"first": 2, "replay": True})):
        network, after_step = note(into)
        course = scene.course("train", scene.seed("train"))
        train(network, scene.data, replace(course, after_step=after_step, **keys))
    steps = scene.data.steps(trial.spec.recipe.train)
    assert [done for done, _ in whole] == list(range(1, 3 * steps + 1))
    assert part == whole[2 * steps :]


def test_replayed_epochs_see_the_same_batches(stage, entry, monkeypatch):
    [trial] = stage.trials(entry("one-shot"))
    scene, _ = stage.scene(trial)
    drawn = []
    course = scene.course("train", scene.seed("train"))

    class Noting:
        def __init__(self, loss):
            self.loss = loss

        def __call__(self, step):
            drawn.append(step.inputs.sum().item())
            return self.loss(step)

    whole = replace(course, loss=Noting(course.loss))
    train(scene.initial(), scene.data, whole)
    first, count = drawn.copy(), len(drawn)
    drawn.clear()
    train(scene.initial(), scene.data, replace(whole, first=1, replay=True))
    assert drawn == first[count // 3 :]


def test_a_checkpoint_left_in_training_is_the_one_made_by_training_again(stage, entry):
    [trial] = stage.trials(entry("one-shot", retrain="weight-rewind", rewind_epoch=2))
    session = stage.session()
    left = stage.run(dense_network(session, trial, [2]))
    assert not left.was_cached
    scene, _ = stage.scene(trial)
    kept = {name: part.clone() for name, part in stage.run(weights_at(scene, 2)).items()}
    stage.told.clear()
    for path in (stage.root / "store" / "artifacts" / "epoch").iterdir():
        path.unlink()
    again = stage.run(weights_at(scene, 2))
    assert stage.told == [("train", 0)] * 2
    assert all(torch.equal(again[name], kept[name]) for name in kept)
    assert kept.keys() == again.keys()
    assert list((stage.root / "store" / "artifacts" / "epoch").glob("*.safetensors"))


def test_the_dense_network_is_the_same_whether_or_not_it_left_checkpoints(stage, entry, tmp_path):
    [trial] = stage.trials(entry("one-shot"))
    plain = stage.run(dense_network(stage.session(), trial)).model
    for path in (stage.root / "store" / "artifacts" / "train").iterdir():
        path.unlink()
    assert same(plain, stage.run(dense_network(stage.session(), trial, [1, 2, 3])).model)


def test_the_checkpoint_of_the_last_epoch_is_the_dense_network(stage, entry):
    [trial] = stage.trials(entry("one-shot", retrain="weight-rewind", rewind_epoch=3))
    scene, dense = stage.scene(trial)
    last = stage.run(weights_at(scene, 3))
    assert all(torch.equal(last[name], part) for name, part in dense.model.state_dict().items())


def test_resetting_and_pruning_nothing_trains_the_dense_network_again(stage, entry):
    [trial] = stage.trials(entry("one-shot", retrain="reset"), sparsity=0.0)
    _, dense = stage.scene(trial)
    assert same(stage.play(trial).final, fold(dense.model))
