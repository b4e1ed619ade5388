"""How well the network does its task: before pruning, right after, and after fine-tuning."""

from __future__ import annotations

from bench.measure.layers import Numbers
from bench.registry.contracts import Evaluation, Measured, MeasureInput

MANY_CLASSES = 20


def accuracy(given: MeasureInput) -> Measured:
    """Top-1 accuracy and loss on the whole test split; top-5 where there are more than 20 classes.

    For regression the mean squared error (`mse`, `mse_dense`, `mse_pruned`) takes the accuracies'
    place. What does not apply to the task is None.
    """
    states = {"": given.final, "_dense": given.dense, "_pruned": given.pruned}
    metrics: Numbers = {}
    for state, model in states.items():
        found = given.evaluate(model)
        right, top5, mse = _of_task(given, found)
        metrics |= {f"accuracy{state}": right, f"accuracy_top5{state}": top5, f"mse{state}": mse}
        metrics[f"loss{state}"] = found.loss
    return Measured(metrics)


def _of_task(given: MeasureInput, found: Evaluation) -> tuple[float | None, float | None, float | None]:
    if given.data.kind == "regression":
        return None, None, found.squared_error
    many = given.data.num_classes > MANY_CLASSES
    return found.correct / found.count, found.correct_top5 / found.count if many else None, None
