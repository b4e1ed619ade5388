from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from bench.engine.augment import PAD, augment
from bench.errors import Unsupported

STEPS = ("pad-crop", "flip")


def images(count=64, size=6, channels=2):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(1, 256, (count, channels, size, size), dtype=torch.uint8, generator=generator)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@given(st.integers(0, 2**31), st.integers(1, 12), st.integers(1, 9))
def test_each_crop_is_a_window_of_the_padded_image(seed, count, size):
    before = images(count, size)
    padded = functional.pad(before, (PAD,) * 4)
    for image, source in zip(augment(before, ["pad-crop"], seeded(seed)), padded, strict=True):
        windows = [
            source[:, top : top + size, left : left + size]
            for top in range(2 * PAD + 1)
            for left in range(2 * PAD + 1)
        ]
        assert any(torch.equal(image, window) for window in windows)


def test_each_image_is_mirrored_or_left_as_it_is():
    before = images()
    after = augment(before, ["flip"], seeded(0))
    mirrored = [torch.equal(new, old.flip(2)) for new, old in zip(after, before, strict=True)]
    left = [torch.equal(new, old) for new, old in zip(after, before, strict=True)]
    assert all(one != other for one, other in zip(mirrored, left, strict=True))
    assert 16 < sum(mirrored) < 48


def test_every_shift_occurs():
    spots = torch.zeros(20_000, 1, 9, 9, dtype=torch.uint8)
    spots[:, :, 4, 4] = 1
    places = augment(spots, ["pad-crop"], seeded(0)).flatten(1).argmax(1)
    counts = torch.bincount(places, minlength=81).double() / 20_000
    assert (counts * 81 - 1).abs().max() < 0.35


def test_the_same_seed_gives_the_same_images_and_leaves_the_data_alone():
    before = images()
    kept = before.clone()
    assert torch.equal(augment(before, STEPS, seeded(1)), augment(before, STEPS, seeded(1)))
    assert not torch.equal(augment(before, STEPS, seeded(1)), augment(before, STEPS, seeded(2)))
    assert torch.equal(before, kept)
    assert augment(before, STEPS, seeded(1)).dtype == torch.uint8


def test_no_steps_draw_nothing():
    generator = seeded(0)
    before = generator.get_state()
    assert augment(images(), [], generator) is not None
    assert torch.equal(generator.get_state(), before)


def test_vectors_cannot_be_augmented():
    with pytest.raises(Unsupported, match="needs images"):
        augment(torch.ones(3, 5), ["flip"], seeded(0))
