"""Writes tiny data sets as torchvision, Hugging Face and image folders keep them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from PIL import Image

Pixels = np.ndarray
COUNTS = {"train": 40, "test": 20}
IDX = {"train": "train", "test": "t10k"}


def pictures(count: int, seed: int, size: int = 28, channels: int = 1) -> Pixels:
    """Noise, (n, size, size) or (n, size, size, 3), uint8."""
    shape = (count, size, size) if channels == 1 else (count, size, size, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def write_idx(raw: Path, seed: int = 0) -> dict[str, Pixels]:
    """MNIST's four files in the folder `raw`, 40 and 20 images, classes in turn."""
    raw.mkdir(parents=True)
    written = {}
    for number, (split, prefix) in enumerate(IDX.items()):
        images = pictures(COUNTS[split], seed + number)
        head = b"".join(value.to_bytes(4, "big") for value in (0x803, *images.shape))
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        labels = bytes(index % 10 for index in range(len(images)))
        head = b"".join(value.to_bytes(4, "big") for value in (0x801, len(labels)))
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(head + labels)
        written[split] = images
    return written


def write_parquet(
    folder: Path, splits: Mapping[str, Pixels], columns: Sequence[str] = ("image", "label")
) -> None:
    """One Parquet file a split, PNG images in a column of structs; classes in turn."""
    folder.mkdir(parents=True)
    image, *labels = columns
    for split, images in splits.items():
        table = {image: [{"bytes": encoded(pixels), "path": None} for pixels in images]}
        for number, label in enumerate(labels):
            table[label] = [(index + number) % 10 for index in range(len(images))]
        pa.parquet.write_table(pa.table(table), folder / f"{split}-00000-of-00001.parquet")


def encoded(pixels: Pixels) -> bytes:
    """The bytes of a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def write_folders(root: Path, classes: Mapping[str, Mapping[str, Pixels]]) -> None:
    """Images as ROOT/SPLIT/CLASS/NUMBER.png."""
    for split, by_class in classes.items():
        for name, images in by_class.items():
            folder = root / split / name
            folder.mkdir(parents=True)
            for number, pixels in enumerate(images):
                (folder / f"{number:03}.png").write_bytes(encoded(pixels))
