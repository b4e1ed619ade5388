"""`magnitude-refit`: magnitude's mask, and kept values that lower the spectral error."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import bench_refit
from bench import linalg
from bench_refit.spectral import least_residual, shrink_largest
from tests.plugins.sparsifying import applied, drawn_weight, sparsify

[PRUNER] = bench_refit.bench_pruners()


def spectral(matrix: torch.Tensor) -> float:
    return float(torch.linalg.matrix_norm(matrix.double(), 2))


def test_the_free_entry_of_a_two_by_two_by_hand() -> None:
    # E = ((1, x), (1, 1)): Parrott's theorem gives min ‖E‖₂ = max(‖(1, 1)‖ row, column) = √2, at x = −1.
    start = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    free = torch.tensor([[False, True], [False, False]])
    found = least_residual(start, free, 200)
    assert spectral(found) == pytest.approx(2**0.5, rel=1e-6)
    assert float(found[0, 1]) == pytest.approx(-1, abs=1e-3)


def test_a_free_corner_reaches_the_minimum_of_parrotts_theorem() -> None:
    start = drawn_weight(7, 9, dtype=torch.float64)
    free = torch.zeros(7, 9, dtype=torch.bool)
    free[:4, :3] = True
    least = max(spectral(start[4:]), spectral(start[:, 3:]))
    found = least_residual(torch.where(free, 0.0, start), free, 300)
    assert spectral(found) == pytest.approx(least, rel=1e-5)


def test_scattered_entries_reach_what_a_general_optimiser_finds() -> None:
    start = drawn_weight(4, 5, dtype=torch.float64)
    free = drawn_weight(4, 5, seed=2) > 0.7
    assert 3 <= int(free.sum()) <= 8

    def norm(entries: np.ndarray) -> float:
        matrix = start.numpy().copy()
        matrix[free.numpy()] = entries
        return float(np.linalg.norm(matrix, 2))

    begin = np.zeros(int(free.sum()))
    reference = min(
        minimize(norm, begin, method=method, options={"maxiter": 20_000}).fun
        for method in ("Powell", "Nelder-Mead")
    )
    found = spectral(least_residual(torch.where(free, 0.0, start), free, 500))
    assert found <= reference * (1 + 1e-4)


@pytest.mark.parametrize("shape", [(6, 9), (9, 6), (1, 5), (5, 1)])
@pytest.mark.parametrize("step", [0.5, 4.0, 1e3])
def test_the_proximal_map_cuts_the_largest_singular_values(shape: tuple[int, int], step: float) -> None:
    matrix = drawn_weight(*shape, dtype=torch.float64)
    left, sizes, right = torch.linalg.svd(matrix, full_matrices=False)
    levels = torch.linspace(0, float(sizes[0]), 2_000_001, dtype=torch.float64)
    taken = sum((size - levels).clamp_min(0) for size in sizes)
    level = levels[int((taken > step).sum())] if float(sizes.sum()) > step else torch.tensor(0.0)
    expected = (left * sizes.clamp(max=float(level))) @ right
    assert torch.allclose(shrink_largest(matrix, step), expected, atol=1e-5)


@settings(max_examples=30)
@given(keep=st.integers(0, 60), seed=st.integers(0, 1_000), iterations=st.integers(0, 8))
def test_it_keeps_magnitudes_mask_and_is_never_worse(keep: int, seed: int, iterations: int) -> None:
    weight = drawn_weight(6, 10, seed=seed)
    result = sparsify(PRUNER, weight, keep, iterations=iterations)
    assert torch.equal(result.mask, linalg.topk_masks_exact({"": weight.abs()}, [60 - keep])[0][""])
    plain = spectral(torch.where(result.mask, 0.0, weight))
    assert spectral(weight.double() - applied(result, weight)) <= plain * (1 + 1e-4) + 1e-6


def test_without_iterations_the_values_are_the_weights() -> None:
    weight = drawn_weight(6, 10)
    result = sparsify(PRUNER, weight, 20, iterations=0)
    assert torch.equal(applied(result, weight), torch.where(result.mask, weight, 0.0).double())


def test_on_a_layer_of_a_networks_size_it_clearly_lowers_the_error() -> None:
    weight = drawn_weight(60, 150)
    result = sparsify(PRUNER, weight, 900)
    plain = spectral(torch.where(result.mask, 0.0, weight))
    assert spectral(weight - applied(result, weight).float()) < 0.9 * plain


def test_each_group_of_a_convolution_is_refitted_by_itself() -> None:
    kernel = drawn_weight(6, 2, 3, 3)
    result = sparsify(PRUNER, kernel, 40, groups=2)
    for half in (slice(0, 3), slice(3, 6)):
        block, mask = kernel[half].flatten(1).double(), result.mask[half].flatten(1)
        residual = least_residual(torch.where(mask, 0.0, block), mask, 20)
        assert torch.allclose(
            applied(result, kernel)[half].flatten(1), torch.where(mask, block - residual, 0.0), atol=1e-6
        )


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_the_scale_of_the_weights_does_not_matter(scale: float) -> None:
    weight = drawn_weight(8, 12, dtype=torch.float64)
    plain = applied(sparsify(PRUNER, weight, 30), weight)
    scaled = applied(sparsify(PRUNER, weight * scale, 30), weight * scale)
    assert torch.allclose(scaled / scale, plain, rtol=1e-6, atol=1e-9)
