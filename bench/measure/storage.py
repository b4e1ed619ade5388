"""How many bytes the weights take, dense and sparse."""

from __future__ import annotations

from torch import Tensor

from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput


def storage(given: MeasureInput) -> Measured:
    """Bytes of the final network's parameters, stored dense, and with prunable weights stored sparse.

    A sparse tensor holds its non-zero values and the cheaper of a bit mask (one bit a weight) and a
    list of places (the fewest whole bytes that can name every place, for each non-zero). There is no
    way back to dense: without a zero a tensor takes its mask more. Two accounts: `bytes_prunable_…` has
    the prunable weights alone, `bytes_…` all parameters, where the others (biases, normalisations)
    stay dense. Buffers, such as running statistics, count in neither.
    """
    parameters = dict(given.final.named_parameters())
    per_layer: dict[str, Numbers] = {}
    dense = sparse = 0
    for name in given.layers:
        weight = parameters[f"{name}.weight"].detach()
        per_layer[name] = {"bytes_dense": dense_bytes(weight), "bytes_sparse": sparse_bytes(weight)}
        dense += dense_bytes(weight)
        sparse += sparse_bytes(weight)
    total = sum(dense_bytes(parameter) for parameter in parameters.values())
    return Measured(
        {
            "bytes_dense": total,
            "bytes_sparse": total - dense + sparse,
            "bytes_prunable_dense": dense,
            "bytes_prunable_sparse": sparse,
        },
        per_layer,
    )


def dense_bytes(tensor: Tensor) -> int:
    """Bytes of all values."""
    return tensor.numel() * tensor.element_size()


def sparse_bytes(tensor: Tensor) -> int:
    """Bytes of the non-zero values, and of the cheaper of a bit mask and a list of their places."""
    count, kept = tensor.numel(), int(tensor.count_nonzero())
    mask = (count + 7) // 8
    place = max(1, ((count - 1).bit_length() + 7) // 8)
    return kept * tensor.element_size() + min(mask, kept * place)
