import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import inclusion_probabilities, sample_entries, sample_with_chances, systematic_sample


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def by_repeated_capping(weights, n):
    """The textbook's procedure: share out, make certain what exceeds 1, and start again with the others."""
    certain = [False] * len(weights)
    while True:
        free = sum(weight for weight, sure in zip(weights, certain, strict=True) if not sure)
        share = (n - sum(certain)) / free if free else 0.0
        above = [not sure and weight * share > 1 for weight, sure in zip(weights, certain, strict=True)]
        if not any(above):
            return [1.0 if sure else weight * share for weight, sure in zip(weights, certain, strict=True)]
        certain = [sure or more for sure, more in zip(certain, above, strict=True)]


def test_proportional_weights_by_hand():
    found = inclusion_probabilities(torch.tensor([[1.0, 2.0], [3.0, 6.0]]), 2)
    # 12 shares for 2 places: 6·2/12 = 1, and the others keep 1/6, 2/6 and 3/6.
    assert found.tolist() == [pytest.approx([1 / 6, 2 / 6]), pytest.approx([3 / 6, 1])]
    assert found.dtype == torch.float64


def test_what_is_too_heavy_is_certain_and_the_others_share_the_rest():
    found = inclusion_probabilities(torch.tensor([100.0, 10.0, 1.0, 1.0, 0.0]), 3)
    assert found.tolist() == pytest.approx([1, 1, 0.5, 0.5, 0])


@given(
    weights=st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), min_size=1, max_size=20),
    data=st.data(),
)
def test_they_sum_to_n_and_agree_with_the_textbooks_procedure(weights, data):
    n = data.draw(st.integers(0, sum(weight > 0 for weight in weights)))
    found = inclusion_probabilities(torch.tensor(weights, dtype=torch.float64), n)
    assert float(found.sum()) == pytest.approx(n, abs=1e-9)
    assert float(found.max()) <= 1
    assert found.tolist() == pytest.approx(by_repeated_capping(weights, n), rel=1e-9, abs=1e-12)


def test_where_too_few_are_positive_they_are_certain():
    assert inclusion_probabilities(torch.tensor([0.0, 3.0, 1e-30]), 3).tolist() == [0, 1, 1]
    assert inclusion_probabilities(torch.zeros(3), 2).tolist() == [0, 0, 0]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_bad_weights_are_refused(bad):
    with pytest.raises(ValueError, match="weights: "):
        inclusion_probabilities(torch.tensor([1.0, bad]), 1)


@pytest.mark.parametrize("n", [-1, 3])
def test_a_size_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match="n: "):
        inclusion_probabilities(torch.ones(2), n)


def chances_over_all_draws(probabilities):
    """The exact chance of each entry, over all orders and all starting points of the systematic draw."""
    size = len(probabilities)
    total = np.zeros(size)
    orders = list(itertools.permutations(range(size)))
    for order in orders:
        ends = np.cumsum(np.array(probabilities)[list(order)]).round(12)
        cuts = np.unique(np.concatenate([[0, 1], ends % 1]))
        for low, high in itertools.pairwise(cuts):
            points = (low + high) / 2 + np.arange(round(ends[-1]))
            drawn = np.searchsorted(ends, points, side="right")
            assert len(set(drawn)) == len(points)
            total[np.array(order)[drawn]] += high - low
    return total / len(orders)


@pytest.mark.parametrize("weights", [(1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 1.0, 1.0, 0.5), (0.1, 5.0, 5.0, 0.2)])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_design_includes_each_entry_with_its_own_probability(weights, n):
    probabilities = inclusion_probabilities(torch.tensor(weights, dtype=torch.float64), n).tolist()
    assert chances_over_all_draws(probabilities) == pytest.approx(probabilities, abs=1e-9)


def test_draws_come_as_often_as_their_probabilities_say():
    probabilities = inclusion_probabilities(torch.tensor([1.0, 2.0, 3.0, 6.0, 20.0, 0.0]), 3)
    rounds, generator = 4_000, seeded(1)
    counts = sum(systematic_sample(probabilities, generator).double() for _ in range(rounds))
    spread = (rounds * probabilities * (1 - probabilities)).sqrt()
    assert bool(((counts - rounds * probabilities).abs() <= 4.5 * spread + 1e-9).all())


def test_equal_probabilities_draw_every_pair_alike():
    probabilities, rounds, generator = torch.full((4,), 0.5), 3_000, seeded(2)
    found = dict.fromkeys(itertools.combinations(range(4), 2), 0)
    for _ in range(rounds):
        found[tuple(systematic_sample(probabilities, generator).nonzero()[:, 0].tolist())] += 1
    assert all(abs(count - rounds / 6) < 4.5 * (rounds * 5 / 36) ** 0.5 for count in found.values())


@given(
    weights=st.lists(st.sampled_from((0.0, 1e-9, 0.5, 1.0, 1.0 + 1e-15, 1e9)), min_size=1, max_size=25),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_exactly_as_many_are_drawn_and_none_of_chance_zero(weights, seed, data):
    n = data.draw(st.integers(0, sum(weight > 0 for weight in weights)))
    probabilities = inclusion_probabilities(torch.tensor(weights, dtype=torch.float64), n)
    drawn = systematic_sample(probabilities, seeded(seed))
    assert int(drawn.sum()) == n
    assert bool((probabilities[drawn] > 0).all())
    assert bool(drawn[probabilities == 1].all())


def test_the_count_is_exact_over_a_million_entries():
    weights = torch.rand(1_000, 1_000, generator=seeded(3)) ** 4
    drawn = systematic_sample(inclusion_probabilities(weights, 123_457), seeded(4))
    assert drawn.shape == weights.shape
    assert int(drawn.sum()) == 123_457


@pytest.mark.parametrize("bad", [[0.5, 0.6], [1.5, 0.5], [-0.5, 0.5]])
def test_what_are_no_probabilities_of_a_fixed_size_is_refused(bad):
    with pytest.raises(ValueError, match="probabilities: "):
        systematic_sample(torch.tensor(bad), seeded(0))


def test_the_same_seed_draws_the_same_and_another_another():
    probabilities = torch.full((1_000,), 0.25)
    first = systematic_sample(probabilities, seeded(5))
    assert torch.equal(first, systematic_sample(probabilities, seeded(5)))
    assert not torch.equal(first, systematic_sample(probabilities, seeded(6)))


def test_chances_come_with_the_entries_that_plain_sampling_draws_and_nest():
    weights = torch.rand(500, generator=seeded(0)) + 0.01
    last = set()
    for n in (0, 1, 50, 499, 500):
        places, chances = sample_with_chances(weights, n, seeded(7))
        assert torch.equal(places, sample_entries(weights, n, seeded(7)))
        assert last <= set(places.tolist())
        assert bool(((chances > 0) & (chances <= 1)).all())
        last = set(places.tolist())
    assert chances.tolist() == [1.0] * 500


def test_weights_of_zero_are_left_out():
    places, chances = sample_with_chances(torch.tensor([0.0, 2.0, 0.0, 1.0]), 3, seeded(0))
    assert places.tolist() == [1, 3]
    assert chances.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dividing_by_the_chance_leaves_no_bias(dtype):
    weights = torch.tensor([1.0, 2.0, 3.0, 6.0, 20.0, 0.5], dtype=dtype)
    rounds, generator = 2_000, seeded(8)
    estimates = torch.zeros(rounds, 6, dtype=torch.float64)
    for row in estimates:
        places, chances = sample_with_chances(weights, 4, generator)
        row[places] = 1 / chances
    error = (estimates.mean(0) - 1) / (estimates.std(0) / rounds**0.5)
    assert float(error.abs().max()) < 4.5
