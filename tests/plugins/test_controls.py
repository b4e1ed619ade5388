"""The control that prunes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import bench_random
from bench import Layer, PruneInput, Unsupported

NONE = {pruner.name: pruner for pruner in bench_random.bench_pruners()}["none"]


def given() -> PruneInput:
    refuse = lambda *_: pytest.fail("neither data nor loss is needed")  # noqa: E731
    layer = Layer("a", "linear", torch.ones(2, 3))
    return PruneInput(nn.Identity(), {"a": layer}, torch.Generator(), refuse, refuse)


def test_it_keeps_everything() -> None:
    kept = NONE.make({})(given(), {"a": 6})
    assert bool(kept["a"].mask.all())
    assert kept["a"].values is None


def test_it_declines_to_prune() -> None:
    with pytest.raises(Unsupported, match=r"sparsity = \[0.0\]"):
        NONE.make({})(given(), {"a": 5})
