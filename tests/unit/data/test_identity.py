"""Fingerprints, listings and moments."""

from __future__ import annotations

import hashlib
import os

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.data import channel_statistics, fingerprint, listing
from bench.registry.contracts import Split


def split(*pixels, targets=None):
    images = torch.tensor(pixels, dtype=torch.uint8).view(-1, 1, 1, 1)
    return Split(images, torch.tensor(targets or [0] * len(pixels)))


def test_the_fingerprint_is_the_hash_of_types_shapes_and_bytes():
    words = [
        b"torch.uint8 (2, 1, 1, 1);", bytes([3, 4]), b"torch.int64 (2,);", (0).to_bytes(8, "little"),
        (1).to_bytes(8, "little"), b"torch.uint8 (1, 1, 1, 1);", bytes([9]), b"torch.int64 (1,);", bytes(8),
    ]  # fmt: skip
    assert fingerprint(split(3, 4, targets=[0, 1]), split(9)) == hashlib.sha256(b"".join(words)).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        (split(1, 2, 4), split(5)),
        (split(2, 1, 3), split(5)),
        (split(1, 2), split(3, 5)),
        (split(1, 2, 3, targets=[0, 0, 1]), split(5)),
        (Split(split(1, 2, 3).inputs.float(), split(1, 2, 3).targets), split(5)),
        (Split(split(1, 2, 3).inputs.view(3, 1), split(1, 2, 3).targets), split(5)),
    ],
)
def test_any_other_data_has_another_fingerprint(other):
    assert fingerprint(*other) != fingerprint(split(1, 2, 3), split(5))


def test_the_layout_in_memory_is_no_part_of_the_fingerprint():
    images = torch.randint(0, 255, (3, 2, 4, 4), dtype=torch.uint8)
    laid = images.to(memory_format=torch.channels_last)
    rest = torch.zeros(3, dtype=torch.int64)
    assert laid.stride() != images.stride()
    assert fingerprint(Split(laid, rest), split(1)) == fingerprint(Split(images, rest), split(1))


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**31))
def test_moments_are_those_of_float64(count, channels, seed):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, channels, 3, 3), dtype=torch.uint8, generator=generator)
    mean, std = channel_statistics(images)
    scaled = images.double() / 255
    assert mean == pytest.approx(scaled.mean((0, 2, 3)).tolist(), rel=1e-12)
    assert std == pytest.approx(scaled.std((0, 2, 3), correction=0).tolist(), rel=1e-9)


def test_a_channel_of_one_level_can_still_be_normalised():
    assert channel_statistics(torch.full((2, 1, 2, 2), 51, dtype=torch.uint8)) == (
        (pytest.approx(0.2),),
        (pytest.approx(1.0),),
    )


def test_a_listing_has_names_sizes_and_times_whatever_the_place(tmp_path):
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    for name, text in (("sub/deep/b", "bb"), ("sub/a", "a"), ("other", "")):
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, ns=(5, 7))
    assert listing(tmp_path, [tmp_path / "sub", tmp_path / "other"]) == [
        ("other", 0, 7),
        ("sub/a", 1, 7),
        ("sub/deep/b", 2, 7),
    ]
