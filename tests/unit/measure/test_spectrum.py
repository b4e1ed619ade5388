from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag
from torch import nn

from bench.measure import singular, spectrum, sv_trace
from bench.registry.contracts import Layer
from bench.registry.tracing import TraceInput
from tests.unit.measure.trials import masked_at_random, task_of, trial_of


def written_out(weight, groups):
    """The matrix that a layer's weight stands for, with zeros where groups do not meet, float64."""
    return block_diag(*(part.flatten(1).numpy() for part in weight.detach().double().tensor_split(groups)))


def singular_values(matrix):
    return np.linalg.svd(matrix, compute_uv=False)


@st.composite
def layers(draw):
    torch.manual_seed(draw(st.integers(0, 2**31)))
    out, into = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    if draw(st.booleans()):
        return nn.Sequential(nn.Linear(into, out)), torch.ones(1, into)
    groups = draw(st.integers(1, 3))
    size = draw(st.integers(1, 3))
    return nn.Sequential(nn.Conv2d(into * groups, out * groups, size, groups=groups)), torch.ones(
        1, into * groups, 4, 4
    )


@given(layers(), st.floats(0, 1), st.integers(0, 2**31), st.sampled_from((1e-6, 1e-4, 0.05)))
def test_errors_are_those_of_a_full_decomposition_within_the_stated_bound(layer, share, seed, rtol):
    model, example = layer
    trial = masked_at_random(model, example, share, seed)
    groups = getattr(model[0], "groups", 1)
    dense, pruned = (written_out(m[0].weight, groups) for m in (trial.dense, trial.pruned))
    found = spectrum(trial, rtol).metrics
    error = singular_values(dense - pruned)[0] / singular_values(dense)[0]
    assert abs(found["spectral_error"] - error) <= found["spectral_error_bound"] + 1e-14
    assert found["spectral_error_bound"] <= 2.2 * rtol * max(error, 1) + 1e-6
    frobenius = np.linalg.norm(dense - pruned) / np.linalg.norm(dense)
    assert found["frobenius_error"] == pytest.approx(frobenius, rel=1e-12)


@given(layers(), st.floats(0, 1), st.integers(0, 2**31), st.integers(1, 15))
def test_singular_values_and_stable_ranks_are_those_of_a_full_decomposition(layer, share, seed, k):
    model, example = layer
    trial = masked_at_random(model, example, share, seed)
    groups = getattr(model[0], "groups", 1)
    dense, pruned = (singular_values(written_out(m[0].weight, groups)) for m in (trial.dense, trial.pruned))
    found = singular(trial, k).metrics
    assert found["sv_error_k"] == pytest.approx(np.abs(dense - pruned)[:k].max() / dense[0], abs=2e-7)
    assert found["stable_rank_dense"] == pytest.approx((dense**2).sum() / dense[0] ** 2)
    rank = (pruned**2).sum() / pruned[0] ** 2 if pruned[0] > 0 else 0.0
    assert found["stable_rank_pruned"] == pytest.approx(rank)
    assert found["sv_error_k"] <= spectrum(trial).metrics["spectral_error"] * (1 + 1e-4) + 2e-7  # Weyl


def diagonal(values):
    model = nn.Sequential(nn.Linear(len(values), len(values), bias=False))
    model[0].weight.data = torch.diag(torch.tensor(values))
    return model


def test_a_diagonal_layer_has_errors_one_can_read_off():
    mask = torch.diag(torch.tensor([True, False, True, True]))
    trial = trial_of(diagonal([4.0, 3.0, 2.0, 1.0]), torch.ones(1, 4), {"0": mask})
    assert spectrum(trial).metrics["spectral_error"] == pytest.approx(3 / 4)
    assert spectrum(trial).metrics["frobenius_error"] == pytest.approx(3 / 30**0.5)
    # 4, 3, 2, 1 became 4, 2, 1, 0
    assert singular(trial, k=1).metrics["sv_error_k"] == pytest.approx(0, abs=1e-9)
    assert singular(trial, k=2).metrics["sv_error_k"] == pytest.approx(1 / 4)
    assert singular(trial).metrics["stable_rank_dense"] == pytest.approx(30 / 16)
    assert singular(trial).metrics["stable_rank_pruned"] == pytest.approx(21 / 16)


def test_values_that_a_method_rescales_count_as_they_are_after_pruning():
    trial = trial_of(
        diagonal([2.0, 1.0]), torch.ones(1, 2), values={"0": torch.diag(torch.tensor([3.0, 1.0]))}
    )
    assert spectrum(trial).metrics["spectral_error"] == pytest.approx(1 / 2)


def test_the_model_has_the_mean_over_layers_and_a_zero_layer_does_not_count():
    model = nn.Sequential(diagonal([4.0, 3.0])[0], diagonal([0.0, 0.0])[0], diagonal([2.0, 2.0])[0])
    masks = {"0": torch.tensor([[True, True], [True, False]])}
    trial = trial_of(model, torch.ones(1, 2), masks)
    measured = spectrum(trial)
    assert measured.metrics["spectral_error"] == pytest.approx((3 / 4 + 0) / 2)
    assert set(measured.per_layer["1"].values()) == {None}
    assert set(singular(trial).per_layer["1"].values()) == {None}


def test_a_trace_holds_the_leading_singular_values_as_many_as_there_are():
    weights = {"a": torch.diag(torch.tensor([1.0, 5.0, 3.0])), "b": torch.tensor([[3.0, 4.0]])}
    layers = {name: Layer(name, "linear", weight) for name, weight in weights.items()}
    measured = sv_trace(TraceInput(nn.Identity(), layers, task_of()), 2)
    assert measured.per_layer["a"] == {"sv_1": pytest.approx(5), "sv_2": pytest.approx(3)}
    assert measured.per_layer["b"] == {"sv_1": pytest.approx(5)}
    assert measured.metrics == {"sv_1_mean": pytest.approx(5)}
