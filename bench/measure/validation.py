"""How well the network does on training data that were held out: what a variant may be chosen by."""

from __future__ import annotations

from bench.errors import Unsupported
from bench.measure.layers import Numbers
from bench.registry.contracts import Measured, MeasureInput


def validation(given: MeasureInput) -> Measured:
    """Top-1 accuracy and loss on the suite's validation split; for regression the loss alone.

    Raises:
        Unsupported: where the suite holds nothing out.
    """
    validate = given.validate
    if validate is None:
        raise Unsupported("the suite holds nothing out: write, say, `validation = 0.1` at its top")
    states = {
        "": validate(given.final),
        "_dense": given.once("dense", lambda: validate(given.dense)),
        "_pruned": validate(given.pruned),
    }
    metrics: Numbers = {}
    for state, found in states.items():
        right = found.correct / found.count if given.data.kind == "classification" else None
        metrics |= {f"validation_accuracy{state}": right, f"validation_loss{state}": found.loss}
    return Measured(metrics)
