"""How sparse the network is, in both accounts: prunable weights, and all parameters."""

from __future__ import annotations

from bench.registry.contracts import Measured, MeasureInput


def sparsity(given: MeasureInput) -> Measured:
    """Zeros of prunable weights over their count; and all parameters over the non-zero ones.

    Zeros are counted in the final network. A layer without any weight left is a collapse.
    `compression` is None where nothing is left at all.
    """
    parameters = dict(given.final.named_parameters())
    per_layer: dict[str, dict[str, float | int | None]] = {}
    weights = zeros = collapsed = 0
    for name in given.layers:
        weight = parameters[f"{name}.weight"]
        count = weight.numel()
        dead = count - int(weight.count_nonzero())
        per_layer[name] = {"sparsity": dead / count}
        weights += count
        zeros += dead
        collapsed += dead == count
    total = sum(parameter.numel() for parameter in parameters.values())
    nonzero = sum(int(parameter.count_nonzero()) for parameter in parameters.values())
    return Measured(
        {
            "sparsity": zeros / weights,
            "weights": weights,
            "zeros": zeros,
            "compression": total / nonzero if nonzero else None,
            "params_total": total,
            "params_nonzero": nonzero,
            "collapsed_layers": collapsed,
        },
        per_layer,
    )
