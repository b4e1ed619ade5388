"""The methods of torch.nn.utils.prune, run by torch's own classes.

The unstructured ones sparsify: torch chooses each layer's mask, the harness only says how many weights
stay. With the parameter `scope = "layer"` that is what `torch.nn.utils.prune` does by itself; with
"global" each layer keeps as many as global magnitude pruning would leave it. The structured ones rank
units by how long torch's own masks keep them. `Identity` and `CustomFromMask` choose nothing and are no
methods.
"""

from __future__ import annotations

from collections.abc import Iterable

import bench

_PAGANINI = "Paganini and Forde, Streamlining Tensor and Network Pruning in PyTorch, 2020 (arXiv 2004.13770)"


def _random(_: bench.Params) -> bench.Sparsifier:
    from bench_torch_prune.unstructured import random_unstructured  # noqa: PLC0415

    return random_unstructured


def _l1(_: bench.Params) -> bench.Sparsifier:
    from bench_torch_prune.unstructured import l1_unstructured  # noqa: PLC0415

    return l1_unstructured


def _random_structured(_: bench.Params) -> bench.Scorer:
    from bench_torch_prune.structured import random_structured  # noqa: PLC0415

    return random_structured


def _ln_structured(params: bench.Params) -> bench.Scorer:
    from bench_torch_prune.structured import ln_structured  # noqa: PLC0415

    return ln_structured(params["n"])


@bench.hookimpl
def bench_pruners() -> Iterable[bench.Pruner]:
    """Offer `torch-random`, `torch-l1`, `torch-random-structured` and `torch-ln-structured`."""
    yield bench.Pruner(
        name="torch-random",
        summary="torch.nn.utils.prune.RandomUnstructured: weights at random, layer by layer.",
        build=_random,
        mode="sparsify",
        cite=_PAGANINI,
    )
    yield bench.Pruner(
        name="torch-l1",
        summary="torch.nn.utils.prune.L1Unstructured: the smallest weights, layer by layer.",
        build=_l1,
        mode="sparsify",
        cite=_PAGANINI,
    )
    yield bench.Pruner(
        name="torch-random-structured",
        summary="torch.nn.utils.prune.RandomStructured: neurons and output channels at random.",
        build=_random_structured,
        unit="unit",
        cite=_PAGANINI,
    )
    yield bench.Pruner(
        name="torch-ln-structured",
        summary="torch.nn.utils.prune.LnStructured: the neurons and output channels of smallest norm.",
        build=_ln_structured,
        params=(bench.Param("n", float, 2.0, "the order of the norm", minimum=0),),
        unit="unit",
        cite=_PAGANINI,
    )
