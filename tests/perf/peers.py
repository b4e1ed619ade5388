"""How the peers feed a network, re-enacted: a sample at a time through PIL, batches from a DataLoader.

Written from what their loaders do, none of their code: an image is decoded into PIL, transformed,
turned into a float tensor, normalised, and collated.
"""

from __future__ import annotations

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


class PilImages(Dataset):
    """Images (n, c, h, w) as uint8 and their labels, handed out through PIL."""

    def __init__(self, images, labels, *, augmented):
        channels = images.shape[1]
        steps = [transforms.RandomCrop(images.shape[2], padding=4), transforms.RandomHorizontalFlip()]
        self.images = images.permute(0, 2, 3, 1).squeeze(3).numpy()
        self.labels = labels
        self.transform = transforms.Compose(
            [
                *(steps if augmented else []),
                transforms.ToTensor(),
                transforms.Normalize((0.5,) * channels, (0.25,) * channels),
            ]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def pil_epoch(images, labels, batch_size, *, augmented):
    """Batches of one epoch, shuffled, loaded in this process."""
    loader = DataLoader(PilImages(images, labels, augmented=augmented), batch_size, shuffle=True)
    torch.manual_seed(0)
    return iter(loader)
