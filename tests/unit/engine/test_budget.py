from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.engine.budget import apportion, zeros_of

sizes = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 10_000), min_size=1, max_size=8)
shares = st.floats(0, 1) | st.sampled_from([0.5, 0.75, 0.875, 0.9, 0.95, 0.98, 0.99, 0.29, 0.57])


@given(sizes, shares)
def test_layer_counts_add_up_to_the_models_exactly(sizes, sparsity):
    counts = apportion(sizes, sparsity)
    assert sum(counts.values()) == zeros_of(sparsity, sum(sizes.values()))


@given(sizes, shares)
def test_every_layer_loses_its_share_to_within_one(sizes, sparsity):
    for name, count in apportion(sizes, sparsity).items():
        assert 0 <= count <= sizes[name]
        assert abs(count - sparsity * sizes[name]) <= 1


@given(sizes, shares, shares)
def test_no_layer_regains_weights_as_sparsity_grows_by_more_than_rounding(sizes, one, other):
    low, high = sorted((one, other))
    lower, higher = apportion(sizes, low), apportion(sizes, high)
    assert all(higher[name] >= lower[name] - 1 for name in sizes)


def test_none_and_all_are_exact():
    assert apportion({"a": 3, "b": 5}, 0.0) == {"a": 0, "b": 0}
    assert apportion({"a": 3, "b": 5}, 1.0) == {"a": 3, "b": 5}
