"""The identity of a data set: what was decoded, not where it lay or how it was packed."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

from bench.registry.contracts import Split


def fingerprint(train: Split, test: Split) -> str:
    """The SHA-256 of both splits' inputs and targets, with their types and shapes, in hex.

    Byte-exact images and re-encoded ones differ in it, and so do other orders of the same images;
    the same pixels read from another container have the same.
    """
    digest = hashlib.sha256()
    for tensor in (train.inputs, train.targets, test.inputs, test.targets):
        _update(digest, tensor.detach().cpu().contiguous())
    return digest.hexdigest()


def _update(digest: hashlib._Hash, tensor: Tensor) -> None:
    digest.update(f"{tensor.dtype} {tuple(tensor.shape)};".encode())
    digest.update(tensor.flatten().view(torch.uint8).numpy().data)
