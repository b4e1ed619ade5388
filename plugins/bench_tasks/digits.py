"""scikit-learn's handwritten digits, with a fixed stratified split."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from bench import DataRequest, Split, TaskData

GREYS = 16


def load_digits_task(request: DataRequest) -> TaskData:
    """Images (n, 1, 8, 8) as uint8 with 16 grey levels spread over 0–255; one split for all seeds."""
    del request
    digits = load_digits()
    images = np.rint(digits.images * (255 / GREYS)).astype(np.uint8)[:, None]
    parts = train_test_split(images, digits.target, test_size=360, random_state=0, stratify=digits.target)
    train_x, test_x, train_y, test_y = (torch.from_numpy(np.ascontiguousarray(part)) for part in parts)
    scaled = train_x.double() / 255
    return TaskData(
        train=Split(train_x, train_y.long()),
        test=Split(test_x, test_y.long()),
        kind="classification",
        num_classes=10,
        in_channels=1,
        image_size=8,
        mean=(float(scaled.mean()),),
        std=(float(scaled.std()),),
    )
