"""Of all matrices with N non-zeros, whatever their values, magnitude's is the nearest in Frobenius norm."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.ranking import counted_further
from bench.linalg import topk_masks_exact
from tests.plugins.sparsifying import drawn_weight


@given(keep=st.integers(0, 48), seed=st.integers(0, 10_000), spread=st.floats(0, 10))
def test_no_matrix_with_n_non_zeros_is_nearer_than_magnitude(keep: int, seed: int, spread: float) -> None:
    weight = drawn_weight(6, 8, seed=seed, dtype=torch.float64)
    magnitude = topk_masks_exact({"a": weight.abs()}, [48 - keep])[0]["a"]
    assert torch.equal(
        magnitude, counted_further({"a": weight.abs()}, {"a": torch.ones(6, 8).bool()}, {"a": 48 - keep})["a"]
    )
    error = torch.where(magnitude, 0.0, weight).norm()
    generator = torch.Generator().manual_seed(seed)
    places = torch.randperm(48, generator=generator)[:keep]
    other = torch.zeros(48, dtype=torch.float64)
    other[places] = weight.flatten()[places] + spread * torch.randn(
        keep, generator=generator, dtype=torch.float64
    )
    assert float((weight - other.view(6, 8)).norm()) >= float(error) - 1e-9
