"""How many units merge at no loss: counts, curves, and what counts as a loss."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

import bench_units
from bench import Evaluation, Measured, MeasureInput, Unsupported
from bench_models.lenet import LeNet300
from bench_models.resnet import CifarResNet
from tests.plugins.test_merge import duplicated
from tests.unit.measure.test_unit_curve import trial

[MERGING] = bench_units.bench_measures()


def measured(given: MeasureInput, **params: object) -> Measured:
    return MERGING.make(params)(given)


def twins() -> nn.Module:
    """Six units, the last three twice the first three up to noise of one percent."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    with torch.no_grad():
        for part in (model[0].weight, model[0].bias):
            part[3:] = 2 * part[:3] * (1 + 0.01 * torch.randn_like(part[:3]))
    return model


def test_exact_copies_merge_at_every_cosine_at_no_loss() -> None:
    torch.manual_seed(0)
    given = trial(duplicated(LeNet300(3, 1, 8), "fc1"), (1, 8, 8))
    found = measured(given, cosines=[0.9999, 0.999])
    assert found.metrics == {
        "mergeable_units": 150,
        "mergeable_share": 150 / 400,
        "mergeable_cosine": 0.9999,
        "merging_silent_units": 0,
    }
    assert found.per_layer["fc1"]["merge_units_at_0_999"] == 150
    assert found.per_layer["fc2"]["merge_units_at_0_999"] == 0
    assert found.per_layer.keys() == {"fc1", "fc2"}
    dense = given.evaluate(given.dense)
    assert found.curves["merge_cosine"] == [0.9999, 0.999]
    assert found.curves["merge_units"] == [150, 150]
    assert found.curves["merge_accuracy"] == [dense.correct / dense.count] * 2
    assert found.curves["merge_loss"] == pytest.approx([dense.loss] * 2, rel=1e-5)


def test_where_nothing_is_co_linear_none_goes() -> None:
    torch.manual_seed(0)
    found = measured(trial(LeNet300(3, 1, 8), (1, 8, 8)), cosines=[0.999])
    assert found.metrics["mergeable_units"] == 0
    assert found.metrics["mergeable_cosine"] is None


def test_a_regression_that_gets_worse_is_a_loss_unless_it_is_tolerated() -> None:
    given = trial(twins(), (4,), regression=True)
    taught = replace(
        given.data, test=replace(given.data.test, targets=given.dense(given.data.test.inputs).detach())
    )
    given = replace(given, data=taught, evaluate=lambda network: evaluated(network, taught.test))
    assert measured(given).metrics["mergeable_units"] == 0
    found = measured(given, tolerance=0.01)
    assert found.metrics["mergeable_units"] == 3
    assert found.metrics["mergeable_cosine"] == 0.999
    assert "merge_accuracy" not in found.curves
    assert found.curves["merge_mse"][0] > 0


@torch.no_grad()
def evaluated(network: nn.Module, split: object) -> object:
    error = float((network(split.inputs) - split.targets).double().pow(2).mean())
    return Evaluation(len(split.targets), 0, 0, error, error)


def test_accuracy_may_fall_by_the_tolerance() -> None:
    given = trial(twins(), (4,))
    dense = given.evaluate(given.dense)
    worse = replace(
        given,
        evaluate=lambda network: (
            dense if network is given.dense else replace(dense, correct=dense.correct - 1)
        ),
    )
    assert measured(worse).metrics["mergeable_units"] == 0
    assert measured(worse, tolerance=1 / dense.count).metrics["mergeable_units"] == 3


def test_silent_units_are_counted_apart() -> None:
    model = twins()
    with torch.no_grad():
        model[2].weight[:, 0] = 0.0
    found = measured(trial(model, (4,)), cosines=[0.99], tolerance=1.0)
    assert found.metrics["merging_silent_units"] == 1
    assert found.metrics["mergeable_units"] == 2


def test_it_is_computed_once_for_all_prunings_of_a_network() -> None:
    known: dict[str, object] = {}

    def once(key: str, make: object) -> object:
        if key not in known:
            known[key] = make()
        return known[key]

    given = replace(trial(twins(), (4,)), once=once)
    assert measured(given) is measured(given)


def test_networks_that_cannot_be_merged_are_unsupported() -> None:
    with pytest.raises(Unsupported, match="does not scale with each unit"):
        measured(trial(CifarResNet(1, 3, 3), (3, 8, 8)))
    with pytest.raises(Unsupported, match="no units but its outputs"):
        measured(trial(nn.Sequential(nn.Linear(4, 3)), (4,)))
