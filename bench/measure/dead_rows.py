"""Units that pruning cut off from all that comes before them."""

from __future__ import annotations

from torch import Tensor, nn

from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput
from bench.structure.modules import prunable_modules


def dead_rows(given: MeasureInput) -> Measured:
    """Rows without a weight, right after pruning: a unit or channel whose output is constant.

    `dead_rows` counts them in all prunable layers, and by layer; `dead_output_rows` in the network's last
    layer, also where that is exempt: a class whose row is empty is told by its bias alone.
    """
    modules = prunable_modules(given.pruned)
    counts = {name: _empty(modules[name]) for name in given.layers}
    per_layer: dict[str, Numbers] = {name: {"dead_rows": count} for name, count in counts.items()}
    last = next(reversed(modules.values()))
    return Measured({"dead_rows": sum(counts.values()), "dead_output_rows": _empty(last)}, per_layer)


def _empty(module: nn.Module) -> int:
    weight = module.weight
    assert isinstance(weight, Tensor)  # noqa: S101 - for the type checker
    return int((weight.detach().flatten(1) == 0).all(1).sum())
