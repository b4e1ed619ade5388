"""The leading singular values before pruning, right after it, and after training on."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from bench.linalg import matricise
from bench.measure.layers import Numbers, means
from bench.measure.singular import spectrum
from bench.registry.contracts import Layer, Measured, MeasureInput

_STATES = ("dense", "pruned", "final")


def spectra(given: MeasureInput, k: int = 10) -> Measured:
    """The k leading singular values of each prunable layer in the trial's three states.

    By layer `sv_1_dense` ≥ `sv_2_dense` ≥ …, as many as there are up to k, and the same for the network
    right after its last pruning (`pruned`) and after all training (`final`); layers are matrices
    (out, in·kh·kw), block-diagonal where they are grouped. Two numbers a state besides, relative to the
    dense network, for each layer and as means over layers: `sv_1_share_pruned` is σ₁(Ã)/σ₁(A), and
    `sv_share_pruned` the quotient of the sums of the k leading ones. A layer whose dense weights are all
    zero has neither.
    """
    per_layer = {name: _layer(given, layer, k) for name, layer in given.layers.items()}
    return Measured(means(per_layer, SHARES), per_layer)


SHARES = tuple(f"{what}_share_{state}" for what in ("sv_1", "sv") for state in _STATES[1:])


def _layer(given: MeasureInput, layer: Layer, k: int) -> Numbers:
    dense = given.once(f"{layer.name}|{k}", partial(_leading, layer.weight, layer.groups, k))
    pruned = _leading(_weight(given.pruned, layer.name), layer.groups, k)
    same = given.final is given.pruned
    final = pruned if same else _leading(_weight(given.final, layer.name), layer.groups, k)
    numbers: Numbers = {}
    for state, values in zip(_STATES, (dense, pruned, final), strict=True):
        numbers |= {f"sv_{place}_{state}": value for place, value in enumerate(values, start=1)}
        if state != "dense":
            numbers[f"sv_1_share_{state}"] = values[0] / dense[0] if dense[0] > 0 else None
            numbers[f"sv_share_{state}"] = sum(values) / sum(dense) if dense[0] > 0 else None
    return numbers


def _leading(weight: Tensor, groups: int, k: int) -> list[float]:
    return [float(value) for value in spectrum(matricise(weight, groups))[:k].tolist()]


def _weight(model: nn.Module, name: str) -> Tensor:
    return dict(model.named_parameters())[f"{name}.weight"].detach()
