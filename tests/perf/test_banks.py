"""A sweep of small perceptrons as one bank, against a peer's loop and against our own, one by one."""

from statistics import fmean

import pytest
import torch
from torch import nn

from bench.engine.bank.gather import train_all
from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.requests import Trained, Training
from bench.engine.scoring import keep_masks
from bench.engine.train import Course
from bench.registry.contracts import Split, TaskData
from bench.suite.recipe import FinetuneRecipe
from tests.perf.peers import PeerTask, shrinkbench_dense, shrinkbench_trial

SPARSITIES = (0.5, 0.75, 0.875, 0.9375)
BATCH = 32


def task(count):
    """Images of 4x4 in ten classes, each with two bright pixels of its own."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 10
    images = torch.randint(0, 120, (count, 1, 4, 4), dtype=torch.uint8, generator=generator)
    images.view(count, 16)[torch.arange(count), labels] += 120
    images.view(count, 16)[torch.arange(count), labels + 5] += 120
    split = Split(images, labels)
    return TaskData(split, split, "classification", 10, 1, 4, mean=(0.5,), std=(0.25,))


def perceptron(seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(16, 50), nn.ReLU(), nn.Linear(50, 20), nn.ReLU(), nn.Linear(20, 10)]
    return nn.Sequential(nn.Flatten(), *layers)


class Sweep:
    """Dense networks, a seed each, and trials of a seed and a sparsity each, as one bank or one by one."""

    def __init__(self, catalog, data, seeds, epochs):
        self.data = DeviceData.place(data, torch.device("cpu"))
        self.recipe = FinetuneRecipe(epochs=epochs, batch_size=BATCH, lr=0.05, schedule="constant")
        self.loss = StageLoss(self.recipe, catalog)
        self.seeds = seeds

    def run(self, *, banks):
        """The accuracies of all trials."""
        dense = [perceptron(seed) for seed in range(self.seeds)]
        self._train(dense, [{}] * self.seeds, banks=banks)
        models, masks = [], []
        for seed in range(self.seeds):
            scores = {
                name: layer.weight.abs()
                for name, layer in dense[seed].named_modules()
                if isinstance(layer, nn.Linear)
            }
            for found in keep_masks(scores, SPARSITIES, "global"):
                models.append(perceptron(seed))
                models[-1].load_state_dict(dense[seed].state_dict())
                masks.append({f"{name}.weight": mask for name, mask in found.items()})
                for name, mask in masks[-1].items():
                    models[-1].get_parameter(name).data.mul_(mask)
        self._train(models, masks, banks=banks)
        return [evaluate(model, self.data).correct / len(self.data.test) for model in models]

    def _train(self, models, masks, *, banks):
        course = Course(self.recipe, self.loss, 0, lambda _: None)
        trainings = [
            Training(model, self.data, course, mask) for model, mask in zip(models, masks, strict=True)
        ]
        for part in [trainings] if banks else [[training] for training in trainings]:
            assert all(isinstance(outcome, Trained) for outcome in train_all(part, banks=banks))


def peers_sweep(data, seeds, epochs):
    """ShrinkBench's loop over the same trials, the dense network of a seed shared between them."""
    theirs = PeerTask(data, 0.05, batch_size=BATCH)
    dense = [shrinkbench_dense(perceptron(seed), theirs, epochs) for seed in range(seeds)]
    return [shrinkbench_trial(one, theirs, sparsity, epochs) for one in dense for sparsity in SPARSITIES]


@pytest.mark.parametrize(("seeds", "target"), [(3, "≥ 20"), (8, "≥ 30")])
@pytest.mark.parametrize("against", ["ShrinkBench's loop", "one after the other"])
def test_a_bank_reaches_what_a_sweep_one_by_one_reaches(compare, catalog, against, seeds, target):
    if not compare.timed:
        seeds = 1
    epochs, data = 5, task(2048 if compare.timed else 320)
    sweep = Sweep(catalog, data, seeds, epochs)
    others = {
        "ShrinkBench's loop": lambda: peers_sweep(data, seeds, epochs),
        "one after the other": lambda: sweep.run(banks=False),
    }
    together, alone = sweep.run(banks=True), others[against]()
    assert len(together) == len(alone) == seeds * len(SPARSITIES)
    assert fmean(together) > 0.4
    assert abs(fmean(together) - fmean(alone)) < (0.05 if against.startswith("Shrink") else 1e-3)
    compare(
        others[against],
        lambda: sweep.run(banks=True),
        row="C1",
        what=f"MLP 16-50-20-10, {len(together)} trials as a bank",
        against=against,
        target=target if against.startswith("Shrink") else "",
    )
