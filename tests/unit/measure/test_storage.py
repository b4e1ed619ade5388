from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench.measure import storage
from bench.measure.storage import sparse_bytes
from tests.unit.measure.trials import trial_of


def kept(count, of, dtype=torch.float32):
    return torch.cat([torch.ones(count, dtype=dtype), torch.zeros(of - count, dtype=dtype)])


def test_many_values_take_a_bit_mask_and_few_take_their_places():
    assert sparse_bytes(kept(4, 16)) == 4 * 4 + 2  # 16 bits, cheaper than four places of a byte
    assert sparse_bytes(kept(1, 256)) == 4 + 1  # a place among 256 takes a byte
    assert sparse_bytes(kept(1, 257)) == 4 + 2
    assert sparse_bytes(kept(3, 70_000, torch.float16)) == 3 * (2 + 3)
    assert sparse_bytes(kept(0, 9)) == 0


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_a_sparse_tensor_takes_at_most_a_bit_a_weight_more_than_its_values(of, count):
    count = min(count, of)
    assert 4 * count <= sparse_bytes(kept(count, of)) <= 4 * count + (of + 7) // 8


def test_the_total_account_adds_dense_biases_and_no_buffers():
    model = nn.Sequential(nn.Conv2d(1, 4, 2, bias=False), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    mask = torch.zeros(4, 1, 2, 2, dtype=torch.bool)
    mask[0] = True
    measured = storage(trial_of(model, torch.ones(1, 1, 2, 2), {"0": mask}))
    assert measured.metrics == {
        "bytes_prunable_dense": (16 + 8) * 4,
        "bytes_prunable_sparse": (4 * 4 + 2) + (8 * 4 + 1),
        "bytes_dense": (16 + 8 + 8 + 2) * 4,
        "bytes_sparse": (4 * 4 + 2) + (8 * 4 + 1) + (8 + 2) * 4,
    }
    assert measured.per_layer["0"] == {"bytes_dense": 64, "bytes_sparse": 18}
