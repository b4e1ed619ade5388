import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.linalg import draw_mask, inclusion_probabilities, sample_with_chances, topk_masks_exact

DESIGNS = ("successive", "proportional")


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@given(
    weights=st.lists(st.sampled_from((0.0, 1e-9, 0.5, 1.0, 1e9)), min_size=1, max_size=25),
    design=st.sampled_from(DESIGNS),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_exactly_n_are_drawn_the_positive_first(weights, design, seed, data):
    n = data.draw(st.integers(0, len(weights)))
    weights = torch.tensor(weights, dtype=torch.float64)
    mask, chances = draw_mask(weights, torch.zeros_like(weights), n, seeded(seed), design)
    positive = weights > 0
    assert int(mask.sum()) == n
    assert int((mask & positive).sum()) == min(n, int(positive.sum()))
    assert bool((chances[~mask] == 1).all())
    assert bool((chances[~positive] == 1).all())
    assert bool(((chances > 0) & (chances <= 1)).all())


@pytest.mark.parametrize("design", DESIGNS)
def test_the_largest_of_the_reserve_fill_up(design):
    weights = torch.tensor([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    reserve = torch.tensor([[3.0, 0.0, 5.0], [4.0, 0.0, 4.0]])
    mask, chances = draw_mask(weights, reserve, 4, seeded(0), design)
    expected = torch.where(weights > 0, torch.inf, reserve)
    assert torch.equal(mask, topk_masks_exact({"": expected}, [2])[0][""])
    assert mask.tolist() == [[False, True, True], [False, True, True]]
    assert chances.tolist() == [[1.0] * 3] * 2


def test_the_designs_are_those_of_their_functions():
    weights = torch.rand(20, 30, generator=seeded(0)) + 0.01
    mask, chances = draw_mask(weights, weights, 90, seeded(1), "successive")
    places, drawn_with = sample_with_chances(weights, 90, seeded(1))
    assert torch.equal(mask.flatten().nonzero()[:, 0], places)
    assert torch.equal(chances.flatten()[places], drawn_with)
    mask, chances = draw_mask(weights, weights, 90, seeded(1), "proportional")
    assert torch.equal(chances[mask], inclusion_probabilities(weights, 90)[mask])
