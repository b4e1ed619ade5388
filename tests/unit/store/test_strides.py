"""Stored tensors come back as they lie in memory, and nothing lies as no tensor can."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.store.artifacts import Artifact, read_artifact, write_artifact
from bench.store.strides import laid_out, unusual_strides

LAYOUTS = {
    "rows": torch.arange(24.0).reshape(2, 3, 4),
    "transposed": torch.arange(6.0).reshape(2, 3).t(),
    "channels last": torch.rand(4, 3, 3, 3).to(memory_format=torch.channels_last),
    "channels last, 1x1": torch.rand(4, 3, 1, 1).to(memory_format=torch.channels_last),
    "a number": torch.tensor(3),
    "nothing": torch.empty(0, 3).t(),
}


def alike(one, other):
    return torch.equal(one, other) and one.stride() == other.stride()


def test_layouts_come_back(tmp_path):
    path = tmp_path / "train" / "key.safetensors"
    write_artifact(path, Artifact(LAYOUTS, {}))
    found = read_artifact(path).tensors
    assert [name for name, tensor in LAYOUTS.items() if not alike(found[name], tensor)] == ["nothing"]
    assert found["nothing"].shape == (3, 0)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=5).flatmap(
        lambda shape: st.permutations(range(len(shape))).map(lambda order: (shape, order))
    )
)
def test_any_order_of_dimensions_comes_back(given):
    shape, order = given
    tensor = torch.rand(shape).permute(order)
    stored = {"a": tensor.contiguous()}
    assert alike(laid_out(stored, unusual_strides({"a": tensor}))["a"], tensor)


@pytest.mark.parametrize(
    "tensor", [torch.ones(1).expand(3, 2), torch.rand(4, 4)[:, :2], torch.rand(4, 4)[::2], torch.rand(4)[::2]]
)
def test_views_with_gaps_or_repetitions_are_stored_row_by_row(tensor):
    assert unusual_strides({"a": tensor}) == {}


@pytest.mark.parametrize(
    "strides",
    [
        [],
        [1],
        [1, 2, 3],
        [3, 0],
        [0, 1],
        [1, 1],
        [3, -1],
        [2, 1],
        [6, 1],
        [3, 2],
        [2**70, 1],
        [3.0, 1],
        [True, 2],
        ["3", 1],
    ],
)
def test_strides_that_no_tensor_of_the_shape_has_are_refused(strides):
    with pytest.raises(ValueError, match="a: not the strides of its shape"):
        laid_out({"a": torch.rand(2, 3)}, {"a": strides})


def test_a_stride_along_one_entry_is_free_within_the_tensor():
    tensor = torch.rand(1, 3)
    assert laid_out({"a": tensor}, {"a": [2, 1]})["a"].stride() == (2, 1)
    with pytest.raises(ValueError, match="not the strides"):
        laid_out({"a": tensor}, {"a": [4, 1]})
