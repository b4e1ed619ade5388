"""Decodes the images of an opened data set into one uint8 tensor a split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from tqdm import tqdm

import bench
from bench_tasks.opening import Opened
from bench_tasks.source import Look, Source


def decode(source: Source, data: Opened, look: Look) -> bench.data.Decoded:
    """Both splits of `data` as tensors.

    Raises:
        UserError: for images that cannot be read, that differ in size or are not square where no size
            is asked for, or that have more than 8 bits; for classes that are no numbers from 0; where
            both splits are the same.
    """
    train, test = (
        _split(f"{source.name}, {name}", dataset, look)
        for name, dataset in zip(source.splits, (data.train, data.test), strict=True)
    )
    if train.inputs.shape[1:] != test.inputs.shape[1:]:
        raise _unequal(source.name, train.inputs.shape[2:], test.inputs.shape[2:])
    if torch.equal(train.inputs, test.inputs):
        raise bench.UserError(
            f"{source.name}: the splits '{source.splits[0]}' and '{source.splits[1]}' are the same images",
            "name the splits with train_split and test_split",
        )
    num_classes = max(int(train.targets.max()) + 1, len(data.classes or ()))
    highest = int(test.targets.max())
    if highest >= num_classes:
        raise bench.UserError(
            f"{source.name}: the test split has class {highest}, and training {num_classes} classes",
            "check the parameter target_key",
        )
    return bench.data.Decoded(train, test, num_classes)


def _split(where: str, dataset: Any, look: Look) -> bench.Split:
    if len(dataset) < 2:
        raise bench.UserError(f"{where}: {len(dataset)} images", "a split has two at least")
    images: np.ndarray | None = None
    targets = []
    for index in tqdm(range(len(dataset)), desc=f"decoding {where}", leave=False, disable=None):
        pixels, target = _example(where, dataset, index, look)
        if images is None:
            images = np.empty((len(dataset), *pixels.shape), dtype=np.uint8)
        if pixels.shape != images.shape[1:]:
            raise _unequal(where, images.shape[2:], pixels.shape[1:])
        images[index] = pixels
        targets.append(target)
    assert images is not None  # noqa: S101 - there are two images at least
    return bench.Split(torch.from_numpy(images), torch.tensor(targets, dtype=torch.int64))


def _example(where: str, dataset: Any, index: int, look: Look) -> tuple[np.ndarray, int]:
    """Pixels (c, h, w) and class; timm's own reading would put another image in a damaged one's place."""
    try:
        if hasattr(dataset, "reader"):
            file, target = dataset.reader[index]
            with file, Image.open(file) as image:
                pixels = _pixels(where, image, look)
        else:
            image, target = dataset[index]
            pixels = _pixels(where, image, look)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise bench.UserError(
            f"{where}: image {index} cannot be read: {error}", "mend or remove the file"
        ) from error
    if isinstance(target, bool) or not isinstance(target, int | np.integer) or target < 0:
        raise bench.UserError(
            f"{where}: image {index} has the class {target!r}, not a number from 0",
            "check the parameter target_key, and that the split has labels at all",
        )
    return pixels, int(target)


def _pixels(where: str, image: Image.Image, look: Look) -> np.ndarray:
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        raise bench.UserError(
            f"{where}: images of mode {image.mode}, which would be clipped to 8 bits",
            "convert them to 8 bits a channel first",
        )
    image = image.convert(look.mode)
    if look.size and image.size != (look.size, look.size):
        image = ImageOps.fit(image, (look.size, look.size), Image.Resampling.BICUBIC)
    if image.width != image.height:
        raise bench.UserError(
            f"{where}: an image of {image.width}x{image.height} pixels is not square",
            "give the parameter image_size",
        )
    array = np.asarray(image)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def _unequal(where: str, one: Sequence[int], other: Sequence[int]) -> bench.UserError:
    sizes = " and ".join("x".join(str(side) for side in reversed(tuple(size))) for size in (one, other))
    return bench.UserError(f"{where}: images of different sizes, {sizes}", "give the parameter image_size")
