from __future__ import annotations

import torch

from bench.linalg import replicate


def first_of(seed: int, number: int) -> list[float]:
    return torch.rand(4, generator=replicate(torch.Generator().manual_seed(seed), number)).tolist()


def test_number_zero_is_the_generator_itself():
    generator = torch.Generator().manual_seed(3)
    assert replicate(generator, 0) is generator
    assert first_of(3, 0) == torch.rand(4, generator=torch.Generator().manual_seed(3)).tolist()


def test_a_seed_and_a_number_give_one_draw_and_others_another():
    draws = {(seed, number): tuple(first_of(seed, number)) for seed in range(3) for number in range(4)}
    assert len(set(draws.values())) == len(draws)
    assert all(tuple(first_of(*key)) == draw for key, draw in draws.items())
