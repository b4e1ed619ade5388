import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import sample_entries


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@given(
    weights=st.lists(st.sampled_from((0.0, 1e-30, 0.5, 1.0, 1e30)), max_size=30),
    dtype=st.sampled_from((torch.float32, torch.float64)),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_n_distinct_entries_are_drawn_the_positive_before_the_zero(weights, dtype, seed, data):
    n = data.draw(st.integers(0, len(weights)))
    places = sample_entries(torch.tensor(weights, dtype=dtype), n, seeded(seed)).tolist()
    assert places == sorted(set(places))
    assert len(places) == n
    positive = sum(weight > 0 for weight in weights)
    assert sum(weights[place] > 0 for place in places) == min(n, positive)


def test_pairs_are_drawn_as_often_as_drawing_one_by_one_says():
    weights = np.array([1.0, 2.0, 3.0, 6.0]) / 12
    rounds = 5_000
    generator = seeded(1)
    found = dict.fromkeys(itertools.combinations(range(4), 2), 0)
    tensor = torch.from_numpy(weights)
    for _ in range(rounds):
        found[tuple(sample_entries(tensor, 2, generator).tolist())] += 1
    for (i, j), count in found.items():
        p = weights[i] * weights[j] * (1 / (1 - weights[i]) + 1 / (1 - weights[j]))
        assert abs(count - rounds * p) < 4.5 * (rounds * p * (1 - p)) ** 0.5


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_inclusion_of_many_entries_follows_their_weights(dtype):
    size, n = 400_000, 40_000
    weights = torch.tensor([1.0, 4.0]).repeat(size // 2).to(dtype)
    places = sample_entries(weights, n, seeded(2))
    light = int((places % 2 == 0).sum())
    # The race ends at t with (1 − exp(−t)) + (1 − exp(−4t)) = 2n/size; light entries enter with 1 − exp(−t).
    times = np.linspace(0, 1, 1_000_001)
    end = times[np.searchsorted(2 - np.exp(-times) - np.exp(-4 * times), 2 * n / size)]
    expected = size / 2 * (1 - np.exp(-end))
    assert abs(light - expected) < 4.5 * expected**0.5


def test_equal_weights_do_not_favour_early_entries():
    places = sample_entries(torch.ones(100_000), 50_000, seeded(3)).double()
    assert abs(float(places.mean()) - 49_999.5) < 4.5 * 100_000 / 12**0.5 / (100_000**0.5)


def test_zero_weights_are_filled_evenly():
    weights = torch.zeros(100_000)
    weights[:1_000] = 1
    places = sample_entries(weights, 51_000, seeded(4))
    assert places[:1_000].tolist() == list(range(1_000))
    rest = places[1_000:].double()
    assert abs(float(rest.mean()) - 50_499.5) < 4.5 * 99_000 / 12**0.5 / (99_000**0.5)


def test_tiny_beside_huge_weights_are_drawn_only_after_them():
    weights = torch.tensor([1e-40, 1e30, 1e-38, 0.0, 1e30])
    assert sample_entries(weights, 2, seeded(0)).tolist() == [1, 4]
    assert sample_entries(weights, 4, seeded(0)).tolist() == [0, 1, 2, 4]


def test_the_same_seed_draws_the_same_and_another_another():
    weights = torch.rand(1_000, generator=seeded(0))
    first = sample_entries(weights, 500, seeded(5))
    assert torch.equal(first, sample_entries(weights, 500, seeded(5)))
    assert not torch.equal(first, sample_entries(weights, 500, seeded(6)))


def test_the_scale_of_the_weights_does_not_matter():
    weights = torch.rand(1_000, generator=seeded(0)) + 0.1
    first = sample_entries(weights, 500, seeded(5))
    for scale in (2.0**-100, 2.0**100):
        assert torch.equal(first, sample_entries(weights * scale, 500, seeded(5)))


def test_any_shape_is_read_flat():
    weights = torch.zeros(3, 4)
    weights[1, 2] = weights[2, 3] = 1
    assert sample_entries(weights.T, 2, seeded(0)).tolist() == [7, 11]


def test_none_of_nothing_is_drawn():
    places = sample_entries(torch.ones(0), 0, seeded(0))
    assert places.shape == (0,)
    assert places.dtype == torch.int64
    assert sample_entries(torch.ones(3), 0, seeded(0)).shape == (0,)
    assert sample_entries(torch.zeros(3), 3, seeded(0)).tolist() == [0, 1, 2]


def test_more_entries_than_multinomial_takes_are_sampled():
    size = (1 << 24) + 3
    places = sample_entries(torch.ones(size), size - 2, seeded(0))
    assert len(places) == size - 2
    assert int(places.diff().min()) >= 1
    assert int(places[0]) >= 0
    assert int(places[-1]) < size


@pytest.mark.parametrize("n", [-1, 4])
def test_a_sample_larger_than_the_whole_or_negative_is_refused(n):
    with pytest.raises(ValueError, match="n: "):
        sample_entries(torch.ones(3), n, seeded(0))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_a_bad_weight_is_named_with_its_place(bad):
    weights = torch.ones(5)
    weights[3] = bad
    with pytest.raises(ValueError, match=r"weights: .*3"):
        sample_entries(weights, 2, seeded(0))
