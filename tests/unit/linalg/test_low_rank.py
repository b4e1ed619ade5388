import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import low_rank, matricise, singular_values

SHAPES = st.sampled_from([(5, 40), (40, 5), (12, 13), (30, 30), (1, 9), (9, 1), (20, 200), (64, 130)])


def gaussian(shape, seed, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def exact_part(matrix, k):
    left, sizes, right = np.linalg.svd(matrix.double().numpy(), full_matrices=False)
    return (left[:, :k] * sizes[:k]) @ right[:k], sizes


@given(
    shape=SHAPES,
    seed=st.integers(0, 2**31),
    data=st.data(),
    dtype=st.sampled_from((torch.float32, torch.float64)),
)
def test_the_part_is_within_its_bound_of_the_exact_one(shape, seed, data, dtype):
    matrix = gaussian(shape, seed, dtype)
    k = data.draw(st.integers(0, min(shape)))
    exact, sizes = exact_part(matrix, k)
    part = low_rank(matrix, k)
    assert part.dtype == dtype
    assert part.shape == matrix.shape
    assert np.linalg.norm(part.double().numpy() - exact, 2) <= 1e-4 * sizes[0]


@given(shape=SHAPES, seed=st.integers(0, 2**31), data=st.data())
def test_with_repeated_singular_values_the_error_is_still_the_next_one(shape, seed, data):
    left, sizes, right = torch.linalg.svd(gaussian(shape, seed), full_matrices=False)
    sizes = torch.where(torch.arange(len(sizes)) < 4, 3.0, 1.0).double()
    matrix = (left * sizes) @ right
    k = data.draw(st.integers(0, len(sizes) - 1))
    part = low_rank(matrix, k)
    error = np.linalg.svd((matrix - part).numpy(), compute_uv=False)
    assert error[0] == pytest.approx(float(sizes[k]), rel=1e-4)
    assert np.linalg.matrix_rank(part.numpy(), tol=1e-6) == k


def test_the_whole_rank_returns_the_matrix_and_a_copy_of_it():
    matrix = gaussian((4, 20), 0)
    part = low_rank(matrix, 4)
    assert torch.equal(part, matrix)
    part.zero_()
    assert matrix.any()


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (3, 8), (8, 3), (4, 4)])
def test_zero_and_empty_matrices_have_zero_parts(shape):
    assert torch.equal(low_rank(torch.zeros(shape), 0), torch.zeros(shape))
    assert torch.equal(low_rank(torch.zeros(shape), min(shape)), torch.zeros(shape))
    assert torch.equal(singular_values(torch.zeros(shape)), torch.zeros(min(shape), dtype=torch.float64))


def test_a_rank_one_matrix_is_its_own_rank_one_part():
    matrix = torch.outer(torch.arange(1.0, 6.0), torch.arange(1.0, 31.0))
    assert torch.allclose(low_rank(matrix, 1), matrix, rtol=1e-6)
    assert torch.allclose(low_rank(matrix, 3), matrix, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("k", [-1, 6])
def test_a_rank_out_of_range_is_refused(k):
    with pytest.raises(ValueError, match="k: "):
        low_rank(torch.ones(5, 9), k)


@pytest.mark.parametrize("function", [singular_values, lambda matrix: low_rank(matrix, 1)])
def test_a_nan_is_named_with_its_place(function):
    matrix = torch.ones(3, 3)
    matrix[1, 0] = float("nan")
    with pytest.raises(ValueError, match=r"matrix: nan at \(1, 0\)"):
        function(matrix)


@pytest.mark.parametrize("scale", [2.0**-480, 2.0**480])
def test_parts_and_singular_values_of_extreme_numbers_are_right(scale):
    matrix = gaussian((6, 30), 1)
    assert torch.allclose(low_rank(matrix * scale, 2) / scale, low_rank(matrix, 2))
    assert torch.allclose(singular_values(matrix * scale) / scale, singular_values(matrix))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_keeps_its_type(dtype):
    matrix = gaussian((6, 40), 2, dtype)
    exact, sizes = exact_part(matrix, 2)
    part = low_rank(matrix, 2)
    assert part.dtype == dtype
    assert np.linalg.norm(part.double().numpy() - exact, 2) <= 2 * torch.finfo(dtype).eps * sizes[0]


@given(shape=SHAPES, seed=st.integers(0, 2**31), rank=st.integers(1, 10))
def test_singular_values_are_within_their_bound(shape, seed, rank):
    full = gaussian(shape, seed)
    matrix = torch.from_numpy(exact_part(full, rank)[0])
    values = singular_values(matrix).numpy()
    sizes = np.linalg.svd(matrix.numpy(), compute_uv=False)
    assert np.all(np.diff(values) <= 0)
    assert np.abs(values - sizes).max() <= 1e-6 * sizes[0]
    assert values[0] == pytest.approx(sizes[0], rel=1e-12)


def test_a_linear_weight_is_its_own_matrix():
    weight = gaussian((4, 7), 0)
    assert torch.equal(matricise(weight)[0], weight)


def test_a_grouped_convolution_gives_the_blocks_of_its_dense_form():
    weight = gaussian((6, 2, 3, 3), 0)
    blocks = matricise(weight, groups=3)
    assert [tuple(block.shape) for block in blocks] == [(2, 18)] * 3
    assert torch.equal(torch.cat(blocks), weight.reshape(6, 18))


@pytest.mark.parametrize("groups", [0, -1, 4])
def test_groups_that_do_not_divide_the_rows_are_refused(groups):
    with pytest.raises(ValueError, match="groups"):
        matricise(torch.ones(6, 2, 3, 3), groups)


def test_a_bias_is_no_matrix():
    with pytest.raises(ValueError, match="two axes or more"):
        matricise(torch.ones(6))
