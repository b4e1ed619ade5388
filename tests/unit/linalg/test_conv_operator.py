import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import conv_operator_norm, conv_operator_singular_values, spectral_norm

KERNELS = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
SIZES = st.tuples(st.integers(1, 6), st.integers(1, 6))


def circular_matrix(kernel, height, width):
    """The operator written out entry by entry: output pixel (y, x) reads input pixel (y + a, x + b)."""
    out, into, kh, kw = kernel.shape
    matrix = np.zeros((out, height, width, into, height, width))
    for y in range(height):
        for x in range(width):
            for a in range(kh):
                for b in range(kw):
                    matrix[:, y, x, :, (y + a) % height, (x + b) % width] += kernel[:, :, a, b].numpy()
    return matrix.reshape(out * height * width, into * height * width)


def gaussian(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(shape=KERNELS, size=SIZES, seed=st.integers(0, 2**31), rtol=st.sampled_from((1e-6, 1e-4, 0.1)))
def test_the_norm_is_that_of_the_matrix_written_out(shape, size, seed, rtol):
    kernel = gaussian(shape, seed)
    sigma = np.linalg.svd(circular_matrix(kernel, *size), compute_uv=False)[0]
    value, bound = conv_operator_norm(kernel, size, rtol)
    assert abs(value - sigma) <= bound + 1e-13 * sigma
    assert bound <= rtol * sigma * (1 + 1e-12)


@given(shape=KERNELS, size=SIZES, seed=st.integers(0, 2**31))
def test_the_singular_values_are_those_of_the_matrix_written_out(shape, size, seed):
    kernel = gaussian(shape, seed)
    sizes = np.linalg.svd(circular_matrix(kernel, *size), compute_uv=False)
    values = conv_operator_singular_values(kernel, size).numpy()
    assert values.shape == sizes.shape
    assert np.abs(values - sizes).max() <= 1e-12 * sizes[0]


def test_a_kernel_larger_than_the_image_wraps_around_and_is_not_cropped():
    kernel = torch.ones(1, 1, 5, 5)
    assert conv_operator_norm(kernel, 2).value == pytest.approx(25)


def test_the_operator_norm_lies_between_the_matricised_norm_and_the_kernel_side_times_it():
    kernel = gaussian((16, 8, 3, 3), 4).float()
    matrix = spectral_norm(kernel.flatten(1)).value
    assert matrix <= conv_operator_norm(kernel, 8).value <= 3 * matrix


def test_an_orthogonal_one_by_one_convolution_has_all_singular_values_one():
    kernel = torch.linalg.qr(gaussian((6, 6), 1)).Q.reshape(6, 6, 1, 1)
    assert torch.allclose(conv_operator_singular_values(kernel, (3, 4)), torch.ones(72, dtype=torch.float64))
    value, bound = conv_operator_norm(kernel, (3, 4))
    assert abs(value - 1) <= bound <= 1e-4


@pytest.mark.parametrize("shape", [(0, 3, 3, 3), (3, 0, 3, 3), (2, 3, 3, 3)])
def test_empty_and_zero_kernels_have_norm_zero(shape):
    assert conv_operator_norm(torch.zeros(shape), 4) == (0.0, 0.0)
    assert not conv_operator_singular_values(torch.zeros(shape), 4).any()


def test_a_kernel_that_wraps_to_zero_is_bounded_by_rounding_alone():
    value, bound = conv_operator_norm(torch.tensor([[[[1.0, -1.0]]]]), 1)
    assert value <= bound < 1e-6


@pytest.mark.parametrize("scale", [2.0**-480, 2.0**480])
def test_the_norm_is_homogeneous(scale):
    kernel = gaussian((3, 2, 3, 3), 7)
    assert conv_operator_norm(kernel * scale, 5).value / scale == pytest.approx(
        conv_operator_norm(kernel, 5).value
    )


@pytest.mark.parametrize("size", [0, -2, (3, 0), (0, 3)])
def test_an_image_without_pixels_is_refused(size):
    with pytest.raises(ValueError, match="size"):
        conv_operator_norm(torch.ones(1, 1, 1, 1), size)


def test_bad_kernels_are_refused_with_the_reason():
    with pytest.raises(ValueError, match="four axes"):
        conv_operator_norm(torch.ones(2, 2), 3)
    kernel = torch.ones(1, 2, 3, 3)
    kernel[0, 1, 2, 0] = float("inf")
    with pytest.raises(ValueError, match=r"kernel: inf at \(0, 1, 2, 0\)"):
        conv_operator_norm(kernel, 3)
    with pytest.raises(ValueError, match=r"kernel: inf at \(0, 1, 2, 0\)"):
        conv_operator_singular_values(kernel, 3)
    with pytest.raises(ValueError, match="rtol"):
        conv_operator_norm(torch.ones(1, 1, 1, 1), 3, rtol=0)
