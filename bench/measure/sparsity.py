"""How sparse the network is, in both accounts: prunable weights, and all parameters."""

from __future__ import annotations

from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput


def sparsity(given: MeasureInput) -> Measured:
    """Zeros of prunable weights over their count; and all parameters over the non-zero ones.

    Zeros are counted in the final network, `mask_zeros` in the masks: what the pruner was asked for,
    as round(requested · weights), and gave; unit pruners come as near to it as whole units allow. The
    final network can have more, where training left a weight at exactly zero, never fewer.
    `compression` is of all parameters, `compression_prunable` of the prunable weights alone; both are
    None where nothing is left at all. A layer without any weight left is a collapse.
    """
    parameters = dict(given.final.named_parameters())
    per_layer: dict[str, Numbers] = {}
    weights = zeros = masked = collapsed = 0
    for name in given.layers:
        weight, mask = parameters[f"{name}.weight"], given.masks[name]
        count = weight.numel()
        dead = count - int(weight.count_nonzero())
        per_layer[name] = {"sparsity": dead / count}
        weights += count
        zeros += dead
        masked += count - int(mask.sum())
        collapsed += dead == count
    total = sum(parameter.numel() for parameter in parameters.values())
    nonzero = sum(int(parameter.count_nonzero()) for parameter in parameters.values())
    return Measured(
        {
            "sparsity": zeros / weights,
            "mask_sparsity": masked / weights,
            "weights": weights,
            "zeros": zeros,
            "mask_zeros": masked,
            "compression": total / nonzero if nonzero else None,
            "compression_prunable": weights / (weights - zeros) if zeros < weights else None,
            "params_total": total,
            "params_nonzero": nonzero,
            "collapsed_layers": collapsed,
        },
        per_layer,
    )
