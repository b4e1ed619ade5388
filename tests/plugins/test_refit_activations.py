"""`magnitude-refit` to activations: least squares on the kept places, of inputs as the network has them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given as for_all
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import bench_pca
import bench_refit
from bench import linalg
from bench.testing.tiny import RESIDUAL, SHARED
from bench_refit.activations import damped, reconstruct
from bench_refit.inputs import second_moments
from tests.plugins.sparsifying import applied, drawn_weight, sparsify
from tests.plugins.weight_case import given_for, linear, normal, seeded

[PRUNER] = bench_refit.bench_pruners()
[PCA] = bench_pca.bench_pruners()


def double(*shape: int, seed: int = 1) -> torch.Tensor:
    return drawn_weight(*shape, seed=seed, dtype=torch.float64)


def test_a_pruned_weight_is_made_up_for_by_an_equal_input():
    # both inputs are always equal: keeping the larger weight, 3, alone, 3 + 1 computes the same
    given = given_for(nn.Sequential(linear([3.0, 1.0])), torch.tensor([[1.0, 1.0], [2.0, 2.0]]))
    pruned = PRUNER.make({"target": "activations", "ridge": 1e-6})(given, {"0": 1})["0"]
    assert pruned.mask.tolist() == [[True, False]]
    assert float(pruned.values[0, 0]) == pytest.approx(4, rel=1e-5)


cases = st.tuples(st.integers(1, 5), st.integers(2, 9), st.integers(0, 10**6), st.floats(0, 1))


@for_all(cases)
def test_it_is_the_least_squares_solution_row_by_row(case):
    rows, columns, seed, share = case
    dense, inputs = double(rows, columns, seed=seed), double(40, columns, seed=seed + 1)
    kept = torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed)) < share
    found = reconstruct(dense, kept, inputs.T @ inputs)
    for row, places, have in zip(dense, kept, found, strict=True):
        due = torch.linalg.lstsq(inputs[:, places], (inputs @ row)[:, None]).solution[:, 0]
        assert torch.allclose(have[places], due, atol=1e-8)
        assert not have[~places].any()


@for_all(cases, st.floats(1e-4, 10))
def test_no_other_values_on_the_support_have_a_lower_damped_error(case, size):
    rows, columns, seed, share = case
    dense, inputs = double(rows, columns, seed=seed), double(5, columns, seed=seed + 1)
    kept = torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed)) < share
    moment = damped(inputs.T @ inputs, 0.01)

    def error(values: torch.Tensor) -> float:
        residual = dense - values
        return float((residual @ moment * residual).sum())

    found = reconstruct(dense, kept, moment)
    other = found + size * torch.where(kept, double(rows, columns, seed=seed + 2), 0.0)
    assert error(found) <= error(other) * (1 + 1e-9)


def test_rows_of_any_support_are_solved_in_batches_alike(monkeypatch):
    dense, inputs = double(30, 12), double(50, 12, seed=2)
    kept = torch.rand(30, 12, generator=torch.Generator().manual_seed(3)) < torch.linspace(0, 1, 30)[:, None]
    whole = reconstruct(dense, kept, inputs.T @ inputs)
    monkeypatch.setattr("bench_refit.activations._ENTRIES", 200)
    assert torch.allclose(reconstruct(dense, kept, inputs.T @ inputs), whole, atol=1e-10)


def test_without_a_signal_the_values_are_the_weights():
    weight, moment = double(3, 4), torch.zeros(4, 4, dtype=torch.float64)
    kept = weight > 0
    assert torch.equal(reconstruct(weight, kept, damped(moment, 0.01)), torch.where(kept, weight, 0.0))


@pytest.mark.parametrize(
    "layer",
    [
        lambda: nn.Conv2d(4, 6, 3),
        lambda: nn.Conv2d(4, 6, (3, 2), stride=2, padding=(1, 0)),
        lambda: nn.Conv2d(4, 6, 3, dilation=2, padding=2, groups=2),
        lambda: nn.Conv2d(4, 4, 3, padding="same", groups=4, bias=False),
        pytest.param(
            lambda: nn.Conv2d(4, 4, (2, 3), padding="same"),
            marks=pytest.mark.filterwarnings("ignore:Using padding='same' with even"),
        ),
        lambda: nn.Conv2d(4, 4, 3, padding="valid"),
        lambda: nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"),
        lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1),
        lambda: nn.Conv3d(4, 6, 2, groups=2),
    ],
)
def test_a_convolution_is_its_matrix_on_the_patches(layer):
    # tr W M Wᵀ is the squared norm of what the layer computes without its bias
    conv = seeded(layer)
    inputs = normal(5, 4, *(7, 8, 5)[: conv.weight.ndim - 2])
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    moments = second_moments(given_for(nn.Sequential(conv), inputs), 5, 10**6)["0"]
    blocks = torch.stack(linalg.matricise(conv.weight.detach().double(), conv.groups))
    due = conv(inputs).detach().double().square().sum()
    assert torch.allclose((blocks @ moments * blocks).sum(), due, rtol=1e-5)


def test_patches_are_those_of_unfolding():
    conv = seeded(lambda: nn.Conv2d(3, 5, (3, 2), stride=2, padding=1, dilation=2))
    inputs = normal(70, 3, 7, 8)
    rows = functional.unfold(inputs, (3, 2), 2, 1, 2).transpose(1, 2).flatten(0, 1).double()
    moments = second_moments(given_for(nn.Sequential(conv), inputs), 70, 10**6)["0"]
    assert torch.allclose(moments[0], rows.T @ rows, rtol=1e-6, atol=1e-6)


def test_a_shared_weight_sees_the_inputs_of_all_who_use_it():
    model, inputs = SHARED.model(), normal(3, 7)
    hidden = functional.relu(model.first(inputs)).detach()
    due = torch.cat([inputs, hidden]).double()
    assert torch.allclose(second_moments(given_for(model, inputs), 3, 99)["first"][0], due.T @ due, rtol=1e-6)


def test_patches_are_drawn_where_there_are_more_and_the_seed_says_which():
    inputs = torch.ones(100, 1, 6, 6)
    given = [given_for(seeded(lambda: nn.Conv2d(1, 2, 1)), inputs + normal(100, 1, 6, 6)) for _ in range(2)]
    one, again = (second_moments(each, 100, 200)[""] for each in given)
    assert torch.equal(one, again)
    assert not torch.equal(one, second_moments(given[0], 100, 200)[""])
    counted = second_moments(given_for(seeded(lambda: nn.Conv2d(1, 2, 1)), inputs), 100, 200)[""]
    assert float(counted) == 200


def test_the_masks_are_those_of_magnitude_and_of_mix():
    kernel = drawn_weight(6, 4, 3, 3)
    for keep in (0, 17, 216):
        plain = linalg.topk_masks_exact({"": kernel.abs()}, [kernel.numel() - keep])[0][""]
        assert torch.equal(sparsify(PRUNER, kernel, keep).mask, plain)
        mixed = sparsify(PRUNER, kernel, keep, groups=2, mask="mix", rank_share=0.3)
        due = sparsify(PCA, kernel, keep, groups=2, mode="mix", rank_share=0.3)
        assert torch.equal(mixed.mask, due.mask)
        assert int(mixed.mask.sum()) == keep


def test_the_network_computes_more_nearly_what_it_did():
    model, (inputs, _) = RESIDUAL.model(), RESIDUAL.batch(200)
    given = given_for(model, inputs)
    keep = {name: layer.weight.numel() // 2 for name, layer in given.layers.items()}
    errors = {}
    for target in ("spectral", "activations"):
        pruned = PRUNER.make({"target": target, "iterations": 0})(given, keep)
        for name, moments in second_moments(given, 200, 10**6).items():
            dense = given.layers[name].weight.double()
            residual = torch.stack(linalg.matricise(dense - applied(pruned[name], dense)))
            errors[target, name] = float((residual @ moments * residual).sum())
    for name in keep:
        assert errors["activations", name] < errors["spectral", name]


def test_an_input_that_is_no_number_is_refused():
    given = given_for(nn.Sequential(linear([1.0, 2.0])), torch.tensor([[torch.nan, 1.0]]))
    with pytest.raises(ValueError, match="an input of 0 is not finite"):
        PRUNER.make({"target": "activations"})(given, {"0": 1})
