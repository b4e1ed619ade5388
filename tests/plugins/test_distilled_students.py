"""Banks of distilled students, their classroom, and the predictors of what they reach."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, nn

import bench
from bench.testing.measure_rules import trial
from bench.testing.tiny import LINEAR
from bench_dark_knowledge.bank import Bank, Course, School, Setting, _Gradient, trained
from bench_dark_knowledge.classroom import _in_turn, classroom, halves
from bench_dark_knowledge.predictors import Ingredients, predicted, skill
from bench_dark_knowledge.spectra import spectrum

CLASSES, EXAMPLES = 5, 60


def school(temperatures: list[float]) -> tuple[School, torch.Tensor]:
    generator = Generator().manual_seed(0)
    inputs = torch.randn(EXAMPLES, 6, generator=generator)
    logits = 3 * torch.randn(EXAMPLES, CLASSES, generator=generator)
    soft = {one: torch.softmax(logits / one, 1) for one in temperatures}
    return School(inputs, torch.arange(EXAMPLES) % CLASSES, soft, CLASSES), logits


@pytest.mark.parametrize("form", ["normalised", "compensated"])
@pytest.mark.parametrize(("temperature", "share"), [(1.0, 0.5), (4.0, 0.0), (4.0, 2 / 3), (8.0, 1.0)])
def test_the_gradient_of_a_row_is_that_of_the_objective(form: str, temperature: float, share: float) -> None:
    lessons, teacher = school([temperature])
    setting = Setting(temperature, share, form == "compensated")
    logits = torch.randn(1, EXAMPLES, CLASSES, generator=Generator().manual_seed(1))
    index = torch.arange(EXAMPLES)[None]

    found = _Gradient(lessons, [setting], 1)(logits, index)[0]

    leaf = logits[0].clone().requires_grad_()
    objective = bench.build("objective", "distillation", form=form, temperature=temperature, w=share)
    step = bench.ObjectiveInput(
        nn.Identity(), lessons.inputs, leaf, lessons.targets, "classification", lambda _: teacher
    )
    objective(step).backward()
    torch.testing.assert_close(found, leaf.grad, rtol=1e-4, atol=1e-6)


def test_a_bank_takes_the_steps_of_a_network_trained_by_torch() -> None:
    lessons, teacher = school([4.0])
    course = Course(steps=12, batch_size=EXAMPLES, lr=0.2, weight_decay=0.01)
    setting = Setting(4.0, 0.5)
    start = Bank.fresh((6, 7, CLASSES), [3], 1, torch.device("cpu"))
    net = nn.Sequential(nn.Linear(6, 7), nn.ReLU(), nn.Linear(7, CLASSES))
    with torch.no_grad():
        for layer, weight in zip((net[0], net[2]), start.weights, strict=True):
            layer.weight.copy_(weight[0])
            layer.bias.zero_()
    weights, biases = [net[0].weight, net[2].weight], [net[0].bias, net[2].bias]
    groups = [{"params": weights, "weight_decay": 0.01}, {"params": biases, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9)
    objective = bench.build("objective", "distillation", form="normalised", temperature=4.0, w=0.5)
    for step in range(course.steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 + np.cos(np.pi * step / course.steps))
        optimizer.zero_grad()
        outputs = net(lessons.inputs)
        objective(
            bench.ObjectiveInput(
                net, lessons.inputs, outputs, lessons.targets, "classification", lambda _: teacher
            )
        ).backward()
        optimizer.step()

    bank = trained(lessons, [setting], [3], [7], course)

    torch.testing.assert_close(bank.weights[0][0], net[0].weight.detach(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(bank.biases[1][0, 0], net[2].bias.detach(), rtol=1e-4, atol=1e-5)


def test_a_student_is_the_same_in_any_company() -> None:
    lessons, _ = school([2.0, 4.0])
    course = Course(steps=15, batch_size=10, lr=0.1)
    settings = [Setting(1.0, 0.0), Setting(2.0, 0.5), Setting(4.0, 1.0, compensated=True)]

    together = trained(lessons, settings, [0, 1], [8], course)
    alone = trained(lessons, settings[1:2], [1], [8], course)

    torch.testing.assert_close(together.weights[1][4], alone.weights[1][0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(together.predictions(lessons.inputs)[4], alone.predictions(lessons.inputs)[0])


def test_halves_of_the_test_split_share_no_example_and_every_class_comes_in_turn() -> None:
    room = classroom(trial(LINEAR, 0.5), 6, 0, [2.0])

    assert len(room.school.targets) == 6
    assert torch.bincount(room.school.targets).tolist() == [2, 2, 2]
    assert len(room.held.targets) == len(room.test.targets) == 6
    both = torch.cat([room.held.inputs, room.test.inputs])
    assert len(torch.unique(both, dim=0)) == 12
    assert torch.bincount(room.held.targets).tolist() == [2, 2, 2]
    assert _in_turn(torch.tensor([0, 0, 1, 0, 1])).tolist() == [0, 2, 1, 4, 3]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_halves_part_every_class_evenly(targets: list[int]) -> None:
    labels = torch.tensor(targets)

    held, test = halves(labels)

    assert sorted([*held.tolist(), *test.tolist()]) == list(range(len(targets)))
    for label in set(targets):
        surplus = int((labels[held] == label).sum()) - int((labels[test] == label).sum())
        assert surplus in (0, 1)


def test_halves_keep_nothing_of_the_data_s_order() -> None:
    count = 4000
    labels = torch.arange(count) % 10
    begins, is_first_cluster = torch.arange(count) < count // 2, torch.arange(count) % 20 < 10

    for half in halves(labels):
        assert abs(float(begins[half].double().mean()) - 0.5) < 0.05
        assert abs(float(is_first_cluster[half].double().mean()) - 0.5) < 0.05
        assert (half.diff() < 0).any()


def test_whitened_inputs_have_unit_covariance_over_the_training_split() -> None:
    seen = classroom(trial(LINEAR, 0.5), 0, 4, [2.0]).school.inputs.double()

    covariance = (seen - seen.mean(0)).T @ (seen - seen.mean(0)) / len(seen)
    torch.testing.assert_close(covariance, torch.eye(4).double(), rtol=1e-4, atol=1e-4)


def ingredients(ratio: np.ndarray) -> Ingredients:
    shares = np.array([1 / 3, 2 / 3, 8 / 9, 1.0])
    return Ingredients(shares, 0.5, np.array([0.5, 0.2]), ratio, np.full((2, 4), 0.9))


def test_predictors_say_what_their_formulas_say() -> None:
    w = np.array([1 / 3, 2 / 3, 8 / 9, 1.0])
    truth = np.stack([(1 - w) ** 2 + w * (1 - w) * s + w**2 * r for s, r in ((2.1, 0.9), (1.7, 0.6))])

    found = predicted(ingredients(truth))

    np.testing.assert_allclose(found["eq11"][1], 1 - w + w * 0.4)
    np.testing.assert_allclose(found["chi_soft"][:, :3], (1 - w + w * truth[:, 3:])[:, :3])
    np.testing.assert_allclose(found["form12"][:, 1:3], truth[:, 1:3])
    assert np.isnan(found["form12"][:, [0, 3]]).all()
    assert np.isnan(found["chi_soft"][:, 3]).all()


def test_a_baseline_at_chance_leaves_equation_11_without_a_say() -> None:
    nothing = Ingredients(
        np.array([0.5]), 0.0, np.array([0.2]), np.full((1, 1), np.nan), np.full((1, 1), np.nan)
    )

    found = predicted(nothing)

    assert found["no_change"] == 1
    assert np.isnan(found["eq11"])


def test_skill_is_nought_for_no_change_and_one_for_the_truth() -> None:
    measured = np.array([[0.5, 0.6, 0.4]])

    assert skill(np.full((1, 3), 0.45), measured, 0.45).r2 == pytest.approx(0)
    assert skill(measured, measured, 0.45) == pytest.approx(skill(measured, measured, 0.45))
    assert skill(measured, measured, 0.45).r2 == 1
    assert skill(np.full((1, 3), np.nan), measured, 0.45).mae is None


def test_the_spectrum_of_students_has_the_mean_that_accuracy_fixes() -> None:
    generator = Generator().manual_seed(0)
    targets = torch.arange(2000) % 20
    answers = torch.where(
        torch.rand(3, 2000, generator=generator) < 0.5,
        targets,
        torch.randint(20, (3, 2000), generator=generator),
    )

    found = spectrum(answers, targets, 20)

    accuracy = float((answers == targets).double().mean())
    assert found.values.shape == (57,)
    assert found.values.mean() == pytest.approx((accuracy - 1 / 20) / (1 - 1 / 20), abs=1e-6)
    assert found.cubic.c == pytest.approx(found.values.mean(), abs=1e-6)


def test_the_spectra_of_samples_are_pooled_and_share_no_example() -> None:
    generator = Generator().manual_seed(1)
    targets, answers = (torch.randint(4, shape, generator=generator) for shape in ((50,), (2, 50)))

    pooled = spectrum(answers, targets, 4, 20, samples=8)

    parts = [
        spectrum(answers[:, start : start + 20], targets[start : start + 20], 4).values for start in (0, 20)
    ]
    np.testing.assert_allclose(pooled.values, np.concatenate(parts))
    assert pooled.q == 3 / 20
