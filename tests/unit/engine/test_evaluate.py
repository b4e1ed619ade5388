from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from bench.engine.data import DeviceData
from bench.engine.evaluate import BATCH, evaluate
from bench.registry.contracts import Split, TaskData


class Says(nn.Module):
    """Answers with the first inputs as logits."""

    def forward(self, x):
        return x


def task(count, classes):
    targets = torch.arange(count) % classes
    return TaskData(
        Split(torch.eye(classes)[targets], targets),
        Split(torch.eye(classes)[targets] * 50, targets),
        "classification",
        classes,
        classes,
        1,
    )


@pytest.mark.parametrize("count", [1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 17])
def test_a_perfect_classifier_is_perfect_whatever_the_last_batch(count):
    found = evaluate(Says(), DeviceData.place(task(count, 10), torch.device("cpu")))
    assert found.correct == found.count == count
    assert found.correct_top5 == count
    assert found.loss == pytest.approx(0, abs=1e-6)


def test_top5_counts_the_five_best():
    data = task(30, 10)
    inputs = data.test.inputs.clone()
    inputs[:, 0:5] += 100
    shifted = replace(data, test=Split(inputs, data.test.targets))
    found = evaluate(Says(), DeviceData.place(shifted, torch.device("cpu")))
    assert found.correct_top5 == 15


def test_regression_is_a_mean_squared_error():
    inputs = torch.tensor([[1.0], [2.0], [3.0]])
    data = TaskData(Split(inputs, inputs), Split(inputs, inputs + 2), "regression", 1, 1, 1)
    assert evaluate(Says(), DeviceData.place(data, torch.device("cpu"))).squared_error == pytest.approx(4.0)


def test_bytes_are_scaled_and_normalised():
    images = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)
    split = Split(images, torch.tensor([0, 1]))
    data = TaskData(split, split, "classification", 2, 1, 1, mean=(0.5,), std=(0.25,))
    placed = DeviceData.place(data, torch.device("cpu"))
    assert placed.normalise(images).flatten().tolist() == pytest.approx([-2.0, 2.0])
