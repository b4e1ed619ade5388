"""How well the network does its task: before pruning, right after, and after fine-tuning."""

from __future__ import annotations

from bench.registry.contracts import Measured, MeasureInput


def accuracy(given: MeasureInput) -> Measured:
    """Top-1 accuracy and loss on the whole test split; top-5 where there are more than 20 classes.

    For regression the mean squared error takes accuracy's place (`mse`, `mse_dense`, `mse_pruned`).
    """
    dense, pruned, final = (given.evaluate(model) for model in (given.dense, given.pruned, given.final))
    if given.data.kind == "regression":
        return Measured(
            {
                "mse": final.squared_error,
                "mse_dense": dense.squared_error,
                "mse_pruned": pruned.squared_error,
                "loss": final.loss,
                "loss_dense": dense.loss,
            }
        )
    metrics: dict[str, float | int | None] = {
        "accuracy": final.correct / final.count,
        "accuracy_dense": dense.correct / dense.count,
        "accuracy_pruned": pruned.correct / pruned.count,
        "loss": final.loss,
        "loss_dense": dense.loss,
    }
    if given.data.num_classes > 20:
        metrics["accuracy_top5"] = final.correct_top5 / final.count
        metrics["accuracy_top5_dense"] = dense.correct_top5 / dense.count
    return Measured(metrics)
