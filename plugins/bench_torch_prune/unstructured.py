"""Masks by torch's unstructured methods, at the counts that the harness asks for."""

from __future__ import annotations

from collections.abc import Mapping

from torch.nn.utils import prune

from bench import PruneInput, Sparsified
from bench_torch_prune.masks import mask_of
from bench_torch_prune.seeding import drawing_from


def random_unstructured(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
    """What `RandomUnstructured` leaves of each layer."""
    with drawing_from(given.generator):
        return _masks(given, keep, prune.RandomUnstructured)


def l1_unstructured(given: PruneInput, keep: Mapping[str, int]) -> dict[str, Sparsified]:
    """What `L1Unstructured` leaves of each layer."""
    return _masks(given, keep, prune.L1Unstructured)


def _masks(
    given: PruneInput,
    keep: Mapping[str, int],
    method: type[prune.RandomUnstructured | prune.L1Unstructured],
) -> dict[str, Sparsified]:
    return {
        name: Sparsified(
            mask_of(method(layer.weight.numel() - keep[name]), layer.weight).to(layer.weight.device)
        )
        for name, layer in given.layers.items()
    }
