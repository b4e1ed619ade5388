from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench.measure import sparsity
from tests.unit.measure.trials import trial_of


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))


def masks_with(zeros_of_conv, zeros_of_linear):
    conv, linear = torch.ones(8, dtype=torch.bool), torch.ones(6, dtype=torch.bool)
    conv[:zeros_of_conv] = False
    linear[:zeros_of_linear] = False
    return {"0": conv.view(2, 1, 2, 2), "3": linear.view(3, 2)}


@given(st.integers(0, 8), st.integers(0, 6))
def test_counts_are_exact(conv, linear):
    measured = sparsity(trial_of(network(), torch.ones(1, 1, 2, 2), masks_with(conv, linear)))
    metrics = measured.metrics
    assert (metrics["weights"], metrics["zeros"], metrics["mask_zeros"]) == (14, conv + linear, conv + linear)
    assert metrics["sparsity"] == metrics["mask_sparsity"] == (conv + linear) / 14
    assert measured.per_layer == {"0": {"sparsity": conv / 8}, "3": {"sparsity": linear / 6}}
    assert metrics["collapsed_layers"] == (conv == 8) + (linear == 6)


def test_the_two_accounts_differ_by_biases_and_normalisations():
    metrics = sparsity(trial_of(network(), torch.ones(1, 1, 2, 2), masks_with(7, 0))).metrics
    # 8 + 6 weights; 2 + 3 biases and 2 + 2 of the normalisation, whose bias starts at zero
    assert (metrics["params_total"], metrics["params_nonzero"]) == (23, 23 - 7 - 2)
    assert metrics["compression"] == 23 / 14
    assert metrics["compression_prunable"] == 2.0


def test_a_weight_that_training_left_at_zero_counts_as_a_zero_but_not_as_the_masks():
    trial = trial_of(network(), torch.ones(1, 1, 2, 2), masks_with(2, 0))
    trial.final[3].weight.data[0, 0] = 0
    metrics = sparsity(trial).metrics
    assert (metrics["zeros"], metrics["mask_zeros"]) == (3, 2)


def test_a_network_without_any_weight_left_has_no_compression():
    model = nn.Linear(2, 2, bias=False)
    trial = trial_of(nn.Sequential(model), torch.ones(1, 2), {"0": torch.zeros(2, 2, dtype=torch.bool)})
    metrics = sparsity(trial).metrics
    assert metrics["compression"] is metrics["compression_prunable"] is None
    assert metrics["collapsed_layers"] == 1
