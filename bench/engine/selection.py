"""`select = "best-validation"`: keeps the weights of the epoch that is best on the validation split."""

from __future__ import annotations

from torch import Tensor, nn

from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.registry.contracts import Split
from bench.suite.recipe import StageRecipe


class BestEpoch:
    """Watches a network in training: most correct on the validation split, or least squared error.

    Of equally good epochs the earlier one counts. Watching draws no random number and changes nothing
    but `restore`, which gives the network the weights of `epoch`.
    """

    def __init__(self, model: nn.Module, data: DeviceData, validation: Split) -> None:
        self.epoch: int | None = None
        self._model = model
        self._data = data
        self._validation = validation
        self._best = float("-inf")
        self._weights: dict[str, Tensor] = {}

    def __call__(self, epoch: int) -> None:
        """Look at the network after `epoch` epochs."""
        found = evaluate(self._model, self._data, self._validation)
        merit = float(found.correct) if self._data.task.kind == "classification" else -found.squared_error
        if merit > self._best:
            self.epoch, self._best = epoch, merit
            self._weights = {name: value.clone() for name, value in self._model.state_dict().items()}

    def restore(self) -> None:
        """Give the network its best weights; nothing where no epoch was seen."""
        if self.epoch is not None:
            self._model.load_state_dict(self._weights)


def best_epoch(recipe: StageRecipe, model: nn.Module, data: DeviceData) -> BestEpoch | None:
    """A watch over `model` where the recipe selects by validation."""
    if recipe.select == "last" or data.validation is None:
        return None
    return BestEpoch(model, data, data.validation)
