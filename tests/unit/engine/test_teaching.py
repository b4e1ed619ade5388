from __future__ import annotations

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.teaching import answers_of
from bench.engine.train import Course, train
from bench.errors import TrialFault
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import StageRecipe

L1 = {"objective": "l1", "weight": 1.0}


class Witness(nn.Module):
    """A teacher that remembers how it was run."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 8 * 8, 2)
        self.drop = nn.Dropout(0.5)
        self.seen = []

    def forward(self, x):
        self.seen.append((x, self.training, torch.is_grad_enabled()))
        return self.drop(self.fc(x.flatten(1)))


@pytest.fixture
def images():
    pixels = torch.randint(
        0, 255, (32, 3, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
    )
    split = Split(pixels, torch.arange(32) % 2)
    return DeviceData.place(TaskData(split, split, "classification", 2, 3, 8), torch.device("cpu"))


def course(catalog, teacher, **keys):
    recipe = StageRecipe(epochs=2, batch_size=16, lr=0.01, augment=("pad-crop", "flip"), **keys)
    return Course(
        recipe,
        StageLoss(recipe, catalog),
        seed=1,
        after_epoch=lambda _: None,
        teacher=answers_of(teacher, "model 'x'", bf16=recipe.precision == "bf16"),
    )


def test_a_teacher_sees_what_its_student_sees_frozen_and_in_eval_mode(catalog, images):
    teacher, seen = Witness().train(), []
    before = {name: part.clone() for name, part in teacher.state_dict().items()}
    student = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    student.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    train(student, images, course(catalog, teacher, objective="distillation"))
    assert len(teacher.seen) == len(seen) == 4
    for (inputs, training, grad), ours in zip(teacher.seen, seen, strict=True):
        assert inputs is ours
        assert (training, grad) == (False, False)
    assert all(torch.equal(part, before[name]) for name, part in teacher.state_dict().items())
    assert all(part.grad is None for part in teacher.parameters())


@pytest.mark.parametrize(
    ("keys", "needed"),
    [({}, False), ({"objective": "distillation"}, True), ({"penalties": [L1]}, False)],
    ids=str,
)
def test_a_stage_knows_whether_it_needs_a_teacher(catalog, keys, needed):
    assert StageLoss(StageRecipe(**keys), catalog).needs_teacher is needed


def test_a_teacher_that_nobody_asks_does_not_run(catalog, images):
    teacher = Witness()
    train(nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), images, course(catalog, teacher))
    assert teacher.seen == []


@pytest.mark.parametrize("bf16", [False, True])
def test_answers_are_single_precision_at_the_precision_of_the_step(bf16):
    torch.manual_seed(0)
    teacher, x = nn.Linear(64, 3), torch.randn(5, 64)
    answers = answers_of(teacher, "model 'x'", bf16=bf16)(x)
    assert answers.dtype == torch.float32
    assert not answers.requires_grad
    assert torch.equal(answers, teacher(x)) == (not bf16)
    assert torch.allclose(answers, teacher(x), atol=0.05)


def test_a_teacher_that_breaks_is_its_models_fault(catalog, images):
    with pytest.raises(TrialFault, match="model 'x': raised RuntimeError"):
        train(
            nn.Sequential(nn.Flatten(), nn.Linear(192, 2)),
            images,
            course(catalog, nn.Linear(7, 2), objective="distillation"),
        )


def test_a_student_comes_to_answer_as_its_teacher(catalog, images):
    torch.manual_seed(0)
    teacher = nn.Sequential(nn.Flatten(), nn.Linear(192, 2)).eval()
    student = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    x, _ = images.held_batch(32, torch.Generator().manual_seed(0))
    before = (student(x).softmax(1) - teacher(x).softmax(1)).abs().max()
    recipe = StageRecipe(
        epochs=60,
        batch_size=16,
        lr=0.05,
        objective="distillation",
        objective_params={"w": 1.0, "temperature": 2.0},
    )
    answers = answers_of(teacher, "model 'x'", bf16=False)
    train(student, images, Course(recipe, StageLoss(recipe, catalog), 1, lambda _: None, teacher=answers))
    gap = (student(x).softmax(1) - teacher(x).softmax(1)).abs().max()
    assert gap < before / 10
