import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from bench.linalg import spectral_norm, stable_rank
from bench.linalg.certificate import project, proves
from bench.linalg.checks import float32_is_kept
from bench.linalg.gram import gram

SHAPES = st.tuples(st.integers(1, 200), st.integers(1, 200))
SPECTRA = ("gaussian", "rank one", "decaying", "repeated", "clustered", "orthogonal", "sparse")


def matrix_of(kind, shape, seed, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    m, n = shape
    gaussian = torch.randn(m, n, generator=generator, dtype=torch.float64)
    short = min(m, n)
    left, _, right = torch.linalg.svd(gaussian, full_matrices=False)
    ones = torch.ones(short, dtype=torch.float64)
    ramp = torch.arange(short, dtype=torch.float64)
    if kind == "gaussian":
        values = gaussian
    elif kind == "sparse":
        values = gaussian * (torch.rand(m, n, generator=generator) < 0.05)
    else:
        sizes = {
            "rank one": torch.where(ramp == 0, 1.0, 0.0),
            "decaying": 0.8**ramp,
            "repeated": torch.where(ramp < 3, 2.0, 1.0),
            "clustered": 1 - 1e-5 * ramp / short,
            "orthogonal": ones,
        }[kind].double()
        values = (left * sizes) @ right
    return values.to(dtype)


def exact_norm(matrix):
    return np.linalg.svd(matrix.double().numpy(), compute_uv=False)[0]


def assert_certified(matrix, rtol=1e-4):
    value, bound = spectral_norm(matrix, rtol)
    sigma = exact_norm(matrix)
    assert abs(value - sigma) <= bound + 1e-14 * sigma  # the reference itself errs by that much
    assert bound <= rtol * sigma * (1 + 1e-13)


@given(
    kind=st.sampled_from(SPECTRA),
    shape=SHAPES,
    seed=st.integers(0, 2**31),
    rtol=st.sampled_from((1e-6, 1e-4, 0.1)),
)
def test_the_bound_holds_for_every_spectrum_in_float64(kind, shape, seed, rtol):
    assert_certified(matrix_of(kind, shape, seed), rtol)


@given(kind=st.sampled_from(SPECTRA), shape=SHAPES, seed=st.integers(0, 2**31))
@example(kind="orthogonal", shape=(200, 200), seed=1)
@example(kind="clustered", shape=(150, 400), seed=1)
@example(kind="gaussian", shape=(180, 900), seed=1)
def test_the_bound_holds_for_every_spectrum_in_float32(kind, shape, seed):
    assert_certified(matrix_of(kind, shape, seed, torch.float32))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_measured_as_the_numbers_it_holds(dtype):
    assert_certified(matrix_of("gaussian", (90, 130), 3, dtype))


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (3, 4), (1, 1)])
def test_empty_and_zero_matrices_have_norm_zero_exactly(shape):
    assert spectral_norm(torch.zeros(shape)) == (0.0, 0.0)
    assert stable_rank(torch.zeros(shape)) == 0.0


@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (1, 1)])
def test_a_vector_has_its_euclidean_length(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    value, bound = spectral_norm(matrix)
    assert abs(value - float(matrix.norm())) <= bound
    assert value == pytest.approx(float(matrix.norm()), rel=1e-12)


def test_a_direction_orthogonal_to_the_fixed_start_vector_is_not_missed():
    m = 100
    start = torch.randn(m, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    start /= start.norm()
    hidden = torch.linalg.qr(torch.stack((start, torch.ones(m, dtype=torch.float64)), 1)).Q[:, 1]
    matrix = torch.diag(torch.ones(m, dtype=torch.float64)) + 9 * torch.outer(hidden, hidden)
    assert spectral_norm(matrix).value == pytest.approx(10, rel=1e-4)


def test_the_norm_is_homogeneous_far_beyond_where_squares_overflow_or_vanish():
    matrix = matrix_of("gaussian", (80, 90), 5)
    value = spectral_norm(matrix).value
    for exponent in (-900, -500, 500, 900):
        scaled = spectral_norm(matrix * 2.0**exponent)
        assert scaled.value == pytest.approx(value * 2.0**exponent, rel=1e-12)
        assert scaled.bound <= 1e-4 * scaled.value
    single = matrix.float()
    assert spectral_norm(single * 2.0**100).value == pytest.approx(value * 2.0**100, rel=1e-4)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_named_with_its_place(bad):
    matrix = torch.ones(4, 6)
    matrix[2, 5] = bad
    with pytest.raises(ValueError, match=r"matrix: (nan|-?inf) at \(2, 5\)"):
        spectral_norm(matrix)
    with pytest.raises(ValueError, match=r"at \(2, 5\)"):
        stable_rank(matrix)


@pytest.mark.parametrize("rtol", [0, -1, 1, 1e-7, float("nan")])
def test_an_rtol_that_cannot_be_proved_is_refused(rtol):
    with pytest.raises(ValueError, match="rtol"):
        spectral_norm(torch.ones(2, 2), rtol)


def test_other_shapes_and_types_are_refused():
    with pytest.raises(ValueError, match="two axes"):
        spectral_norm(torch.ones(3))
    with pytest.raises(ValueError, match="int64"):
        spectral_norm(torch.ones(2, 2, dtype=torch.int64))
    with pytest.raises(ValueError, match="complex64"):
        spectral_norm(torch.ones(2, 2, dtype=torch.complex64))


def test_a_reduced_precision_setting_does_not_weaken_the_bound():
    matrix = matrix_of("decaying", (160, 500), 2, torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert not float32_is_kept(matrix)
        assert_certified(matrix)
    torch.set_float32_matmul_precision("medium")
    try:
        assert not float32_is_kept(matrix)
        assert_certified(matrix)
    finally:
        torch.set_float32_matmul_precision("highest")
    assert float32_is_kept(matrix)


def test_a_parameter_is_measured_without_a_gradient():
    parameter = torch.nn.Parameter(torch.eye(3))
    assert spectral_norm(parameter).value == pytest.approx(1)


@given(shape=SHAPES, seed=st.integers(0, 2**31), precision=st.sampled_from((torch.float32, torch.float64)))
def test_the_gram_matrix_errs_by_no_more_than_it_says(shape, seed, precision):
    wide = matrix_of("gaussian", sorted(shape), seed, torch.float32)
    values, error, energy = gram(wide, precision)
    exact = wide.numpy().astype(np.longdouble)
    exact = exact @ exact.T
    assert np.linalg.norm((values.numpy() - exact).astype(float), 2) <= error
    assert float((wide.double() ** 2).sum()) <= energy * (1 + 1e-15)
    assert torch.equal(values, values.T)


@given(shape=SHAPES, seed=st.integers(0, 2**31), below=st.floats(1e-9, 0.5))
def test_nothing_below_the_largest_eigenvalue_is_ever_proved(shape, seed, below):
    wide = matrix_of("gaussian", sorted(shape), seed)
    approximation = gram(wide, torch.float64)
    values, vectors = torch.linalg.eigh(approximation.values)
    second = vectors[:, -2:-1] if len(values) > 1 else vectors
    for basis in (vectors[:, -1:], second):
        projection = project(wide, basis, approximation.energy)
        assert not proves(approximation, projection, float(values[-1]) * (1 - below))


@given(kind=st.sampled_from(SPECTRA), shape=SHAPES, seed=st.integers(0, 2**31))
def test_stable_rank_is_energy_over_squared_norm(kind, shape, seed):
    matrix = matrix_of(kind, shape, seed)
    if not matrix.any():
        return
    sizes = np.linalg.svd(matrix.numpy(), compute_uv=False)
    assert stable_rank(matrix) == pytest.approx((sizes**2).sum() / sizes[0] ** 2, rel=2.1e-4)


def test_stable_rank_of_an_orthogonal_matrix_is_its_side_and_of_rank_one_is_one():
    assert stable_rank(torch.eye(70)) == pytest.approx(70, rel=1e-6)
    assert stable_rank(torch.outer(torch.arange(1.0, 9.0), torch.ones(5))) == pytest.approx(1, rel=1e-6)
