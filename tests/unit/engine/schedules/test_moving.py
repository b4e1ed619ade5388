from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.schedules.moving import drop_share, moved


def test_the_share_falls_along_a_cosine():
    assert [drop_share(0.3, step, 100) for step in (0, 50, 100, 150)] == pytest.approx([0.3, 0.15, 0.0, 0.0])


def test_the_weakest_go_and_the_steepest_empty_places_come():
    mask = torch.tensor([True, True, True, True, False, False, False])
    strength = torch.tensor([4.0, 1.0, 3.0, 2.0, 0.0, 0.0, 0.0])
    growth = torch.tensor([9.0, 0.0, 9.0, 0.0, 1.0, 3.0, 2.0])
    assert moved(mask, strength, growth, 0.5).tolist() == [True, False, True, False, False, True, True]
    assert mask.tolist() == [True] * 4 + [False] * 3


def test_one_that_went_may_stay_after_all():
    mask = torch.tensor([True, True, False])
    assert moved(mask, torch.tensor([1.0, 2.0, 0.0]), torch.tensor([5.0, 0.0, 1.0]), 0.5).tolist() == [
        True,
        True,
        False,
    ]


@given(st.integers(0, 2**31), st.floats(0, 1), st.floats(0, 1))
def test_as_many_come_as_go(seed, density, share):
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(5, 8, generator=generator) < density
    strength, growth = torch.rand(2, 5, 8, generator=generator)
    after = moved(mask, strength, growth, share)
    assert after.sum() == mask.sum()
    assert int((mask & ~after).sum()) <= int(share * int(mask.sum()))
