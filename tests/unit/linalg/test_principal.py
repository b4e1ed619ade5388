from __future__ import annotations

import torch

from bench.linalg import low_rank, principal_part, relative_magnitudes


def test_each_group_has_a_principal_part_of_its_own_rank():
    weight = torch.randn(6, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    part = principal_part(weight, 2, lambda block: 1 if torch.equal(block, weight[:3].flatten(1)) else 2)
    assert part.dtype == torch.float64
    for rows, rank in ((slice(0, 3), 1), (slice(3, 6), 2)):
        assert torch.equal(part[rows].flatten(1), low_rank(weight[rows].flatten(1), rank).double())


def test_magnitudes_are_relative_to_the_largest_at_any_scale():
    assert relative_magnitudes(torch.tensor([-4e-300, 1e-300, 0.0], dtype=torch.float64)).tolist() == [
        1.0,
        0.25,
        0.0,
    ]
    assert relative_magnitudes(torch.zeros(2)).tolist() == [0.0, 0.0]
    assert relative_magnitudes(torch.zeros(0)).tolist() == []
