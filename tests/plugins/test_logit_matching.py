from __future__ import annotations

import pytest
import torch
from torch import nn

from bench import ObjectiveInput


@pytest.fixture
def objective(catalog):
    return catalog.get("objective", "logit-matching").make({})


def step(outputs, teacher, targets=None):
    return ObjectiveInput(nn.Identity(), torch.zeros(2, 1), outputs, targets, "classification", teacher)


def test_it_is_half_the_squared_distance_summed_over_outputs_and_averaged_over_the_batch(objective):
    outputs = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    answers = torch.tensor([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    assert objective(step(outputs, lambda _: answers)).item() == pytest.approx((13 / 2 + 4 / 2) / 2)


def test_labels_have_no_part_in_it(objective):
    outputs, answers = torch.randn(2, 3), torch.randn(2, 3)
    values = {
        objective(step(outputs, lambda _: answers, torch.tensor(labels))).item()
        for labels in ([0, 1], [2, 2])
    }
    assert len(values) == 1


def test_its_gradient_is_the_distance_over_the_batch(objective):
    outputs, answers = torch.randn(2, 3, requires_grad=True), torch.randn(2, 3)
    objective(step(outputs, lambda _: answers)).backward()
    assert torch.allclose(outputs.grad, (outputs.detach() - answers) / 2)


def test_without_a_teacher_it_says_so(objective):
    with pytest.raises(ValueError, match="needs a teacher"):
        objective(step(torch.zeros(2, 3), None))
