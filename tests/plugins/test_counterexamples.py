"""Counterexamples: what they restore, what they keep, and the function that row scales leave alone."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

import bench_counterexamples
from bench import Layer, PruneInput, Unsupported, linalg
from bench_counterexamples.rows import row_scales
from tests.plugins.sparsifying import applied, drawn_weight, sparsify
from tests.unit.measure.trials import trial_of

SCALED, ROW_SCALED = bench_counterexamples.bench_pruners()
[MEASURE] = bench_counterexamples.bench_measures()


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(24, 5)
    ).eval()


def layers_of(model: nn.Sequential) -> dict[str, Layer]:
    return {
        "0": Layer("0", "conv", model[0].weight.detach()),
        "4": Layer("4", "linear", model[4].weight.detach()),
    }


def given_of(model: nn.Module) -> PruneInput:
    def batch(size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(size, 2, 4, 4), torch.zeros(size)

    return PruneInput(model, layers_of(model), torch.Generator(), batch, nn.functional.mse_loss)


def test_scaling_restores_the_largest_singular_value_on_magnitudes_mask() -> None:
    weight = drawn_weight(20, 30, dtype=torch.float64)
    result = sparsify(SCALED, weight, 60)
    assert torch.equal(result.mask, linalg.topk_masks_exact({"": weight.abs()}, [540])[0][""])
    found = applied(result, weight)
    norm = torch.linalg.matrix_norm(found, 2)
    assert float(norm) == pytest.approx(float(torch.linalg.matrix_norm(weight, 2)), rel=1e-3)
    factors = (found / weight)[result.mask]
    assert float(factors.max() - factors.min()) < 1e-12
    assert float(factors.min()) > 1


def test_nothing_left_is_nothing_to_scale() -> None:
    assert not applied(sparsify(SCALED, drawn_weight(4, 5), 0), drawn_weight(4, 5)).any()


def test_row_scales_are_within_their_spread_and_fixed_by_the_layers_name() -> None:
    one, again, other = (row_scales(Layer(name, "linear", torch.ones(500, 3)), 4.0) for name in "aab")
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == (500, 1)
    assert 0.25 <= float(one.min()) < 0.3
    assert 3.4 < float(one.max()) <= 4


def test_rows_before_a_normalisation_rank_by_their_scaled_weights_and_others_plainly() -> None:
    model = network()
    result = ROW_SCALED.make({})(given_of(model), {"0": 30, "4": 40})
    layers = layers_of(model)
    for name, ranks in (
        ("0", layers["0"].weight.double().abs() * row_scales(layers["0"], 4.0)),
        ("4", layers["4"].weight.double().abs()),
    ):
        expected = linalg.topk_masks_exact({"": ranks}, [ranks.numel() - int(result[name].mask.sum())])[0][""]
        assert torch.equal(result[name].mask, expected)
        assert result[name].values is None


def test_scaled_rows_and_their_statistics_leave_the_function_alone() -> None:
    model = network()
    model[1].running_mean.normal_()
    model[1].running_var.uniform_(0.5, 2)
    scaled = copy.deepcopy(model).double()
    scales = row_scales(layers_of(model)["0"], 4.0)
    with torch.no_grad():
        scaled[0].weight.mul_(scales)
    scaled[1].running_mean.mul_(scales.flatten())
    scaled[1].running_var.add_(scaled[1].eps).mul_(scales.flatten().square()).sub_(scaled[1].eps)
    inputs = torch.randn(7, 2, 4, 4, dtype=torch.float64)
    assert torch.allclose(scaled(inputs), copy.deepcopy(model).double()(inputs))


def test_the_row_scaled_error_is_the_spectral_error_of_the_scaled_network() -> None:
    model = network()
    masks = {
        name: layer.weight.abs() > layer.weight.abs().median() for name, layer in layers_of(model).items()
    }
    measured = MEASURE.make({})(trial_of(model, torch.ones(1, 2, 4, 4), masks))
    layer = layers_of(model)["0"]
    dense = (layer.weight.double() * row_scales(layer, 4.0)).flatten(1)
    left = dense.masked_fill(masks["0"].flatten(1), 0.0)
    expected = torch.linalg.matrix_norm(left, 2) / torch.linalg.matrix_norm(dense, 2)
    assert measured.per_layer["0"]["row_scaled_spectral_error"] == pytest.approx(float(expected), rel=1e-3)
    plain = MEASURE.make({"spread": 1.0})(trial_of(model, torch.ones(1, 2, 4, 4), masks))
    weight = layers_of(model)["4"].weight
    error = torch.linalg.matrix_norm(torch.where(masks["4"], 0.0, weight), 2) / torch.linalg.matrix_norm(
        weight, 2
    )
    assert plain.per_layer["4"]["row_scaled_spectral_error"] == pytest.approx(float(error), rel=1e-3)


def test_without_a_normalisation_there_is_nothing_to_scale() -> None:
    model = nn.Sequential(nn.Conv2d(2, 6, 3), nn.Flatten(), nn.Linear(24, 5)).eval()
    with pytest.raises(Unsupported, match="batch normalisation"):
        MEASURE.make({})(trial_of(model, torch.ones(1, 2, 4, 4)))
