"""The network that teaches: made once, kept in the store, and heard by students, pruners and traces."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bench.engine.bank.gather import run_alone
from bench.engine.schedules.scene import Scene
from bench.engine.session import Session
from bench.engine.teachers import taught_network, teacher_of
from bench.engine.teaching import TeacherNetwork, with_teacher
from bench.plan.teachers import teacher_trial
from bench.plan.trials import plan_trials
from bench.store.layout import Layout
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings

TEACHER = """
[teacher]
model = { name = "mlp", params.hidden = [16, 12] }
pruner = "unit-norm"
params = { budget = "units", scope = "layer" }
sparsity = 0.25
recipe.train.epochs = 2
recipe.finetune.epochs = 1
"""
MATCHING = ("[recipe.train]", '[recipe.train]\nobjective = "logit-matching"\nlr = 0.01')


class Place:
    """A store, and the sessions in it."""

    def __init__(self, catalog, root):
        self.catalog = catalog
        self.root = root
        self.trained = []

    def session(self):
        return Session(
            catalog=self.catalog,
            device=torch.device("cpu"),
            layout=Layout(self.root / "store"),
            data_root=self.root,
            download=False,
            at=lambda _: None,
            progress=lambda stage, epochs: self.trained.append(stage),
        )


@pytest.fixture
def place(catalog, tmp_path):
    return Place(catalog, tmp_path)


@pytest.fixture
def trial(catalog, write_suite):
    return plan_trials(load_suite(write_suite(MATCHING, extra=TEACHER), catalog), catalog)[0]


def same(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_teacher_is_made_once_and_then_read(place, trial):
    made = teacher_of(place.session(), trial)
    assert place.trained == ["train", "train", "finetune"]
    again = teacher_of(place.session(), trial)
    assert len(place.trained) == 3
    assert same(made.model, again.model)


@pytest.mark.parametrize("damage", ["tensors", "facts"])
def test_a_damaged_teacher_is_made_again_from_its_dense_network(place, trial, damage):
    made = teacher_of(place.session(), trial)
    path = place.session().layout.artifact("teacher", teacher_trial(trial).stages.finetune)
    if damage == "tensors":
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    else:
        path.with_suffix(".json").unlink()
    again = teacher_of(place.session(), trial)
    assert place.trained == ["train", "train", "finetune", "finetune"]
    assert same(made.model, again.model)


def test_pruned_units_of_a_teacher_are_silent(place, trial):
    session = place.session()
    teacher = teacher_of(session, trial)
    inputs, _ = session.data(trial.spec).held_batch(200, torch.Generator().manual_seed(0))
    first, second = teacher.activations(inputs)
    assert (first.shape, second.shape) == ((200, 16), (200, 12))
    removed = [int((weight == 0).all(1).sum()) for weight in teacher.weights[:2]]
    assert removed == [4, 3]
    for said, weight in zip((first, second), teacher.weights, strict=False):
        assert (said[:, (weight == 0).all(1)] == 0).all()


def test_a_student_matches_its_teachers_logits(place, catalog, write_suite):
    suite = load_suite(
        write_suite(MATCHING, extra=TEACHER), catalog, parse_settings(["train.epochs=10", "train.lr=0.05"])
    )
    trial = plan_trials(suite, catalog)[0]
    session = place.session()
    teacher = teacher_of(session, trial)
    student = run_alone(taught_network(session, trial), banks=True).model
    inputs, _ = session.data(trial.spec).held_batch(500, torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted, had = teacher.model(inputs), student(inputs)
    assert (had - wanted).square().mean() < 0.1 * wanted.var()


def course_of(place, trial, stage, catalog):
    session = place.session()
    teacher = teacher_of(session, trial)
    dense = run_alone(taught_network(session, trial), banks=False).model
    scene = Scene(session, trial, dense, lambda: None, teacher)
    inputs, _ = scene.data.held_batch(5, torch.Generator().manual_seed(0))
    with torch.no_grad():
        return scene.course(stage, 0).teacher(inputs), teacher.model(inputs), dense(inputs)


@pytest.mark.parametrize(("stages", "taught"), [('["train"]', False), ('["finetune"]', True)])
def test_fine_tuning_asks_the_teacher_where_it_learns_from_it_and_else_the_dense_network(
    place, catalog, write_suite, stages, taught
):
    tuning = ("[recipe.finetune]", '[recipe.finetune]\nobjective = "distillation"')
    path = write_suite(tuning, extra=f"{TEACHER}stages = {stages}\n")
    one = plan_trials(load_suite(path, catalog), catalog)[0]
    said, by_teacher, by_dense = course_of(place, one, "finetune", catalog)
    assert torch.equal(said, by_teacher) == taught
    assert torch.equal(said, by_dense) != taught


def test_a_pruner_hears_the_teacher_of_its_trial(place, trial):
    session = place.session()
    teacher = teacher_of(session, trial)
    scene = Scene(session, trial, teacher.model, lambda: None, teacher)
    inputs, _ = scene.data.held_batch(3, torch.Generator().manual_seed(0))
    for ours, theirs in zip(
        scene.job(teacher.model).given.teacher(inputs), teacher.activations(inputs), strict=True
    ):
        assert torch.equal(ours, theirs)


def test_data_without_a_teacher_stay_as_they_are(place, trial):
    data = place.session().data(trial.spec)
    assert with_teacher(data, None) is data


class Convolved(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.norm(self.conv(x)).relu().mean((2, 3)))


def test_units_of_convolutions_are_heard_behind_their_normalisation_and_at_every_place():
    torch.manual_seed(0)
    model, x = Convolved().eval(), torch.randn(5, 1, 6, 6)
    with torch.no_grad():
        model.norm.bias.copy_(torch.randn(4))
        wanted = model.norm(model.conv(x)).relu()
    [said] = TeacherNetwork(model, "model 'x'").activations(x)
    assert said.shape == (5, 4, 4, 4)
    assert torch.equal(said, wanted)
    assert not said.requires_grad
