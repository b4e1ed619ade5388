"""Whole sweeps against the peers' loops: the same networks, data, epochs, batches and optimiser."""

from dataclasses import dataclass, replace
from statistics import fmean

import pytest
import torch

from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.train import Course, train
from bench.suite.recipe import StageRecipe
from tests.perf.images import images
from tests.perf.peers import PeerTask, openlth_lottery, shrinkbench_dense, shrinkbench_trial
from tests.perf.sweep import LR, network

LOTTERY = 'schedule = { name = "iterative", params = { rounds = 0, rate = 0.2, retrain = "reset" } }'


def shrinkbench_sweep(model, seeds, sparsities, task):
    """All trials, the dense network of a seed shared between them, which ShrinkBench does not do itself."""
    found = {}
    for seed in seeds:
        dense = shrinkbench_dense(network(model, seed), task, 1)
        found |= {(seed, at): shrinkbench_trial(dense, task, at, 1) for at in sparsities}
    return found


@dataclass(frozen=True)
class Case:
    """A sweep: its grid, how many training images there are, and whether convolutions go channels-last."""

    row: str
    model: str
    seeds: tuple[int, ...]
    sparsities: tuple[float, ...]
    images: int
    channels_last: bool
    target: str


SWEEPS = (
    Case("C2", "lenet-300-100", (0, 1, 2), (0.5, 0.75, 0.875, 0.9375), 6_000, False, "≥ 7"),
    Case("C4", "lenet-5", (0,), (0.5, 0.75), 2_560, True, "≥ 2.5"),
)


@pytest.mark.parametrize("case", SWEEPS, ids=lambda case: case.model)
def test_a_sweep_reaches_what_shrinkbenchs_loop_reaches(compare, sweep, case):
    sizes = (case.images, 1_000) if compare.timed else (640, 128)
    if not compare.timed:
        case = replace(case, seeds=case.seeds[:1], sparsities=case.sparsities[:1])
    grid = case.model, case.seeds, case.sparsities
    ours = sweep(grid, sizes, channels_last=case.channels_last)
    theirs = PeerTask(images(*sizes), LR)
    reached = ours.run_anew(), shrinkbench_sweep(*grid, theirs)
    assert reached[0].keys() == reached[1].keys()
    assert abs(fmean(reached[0].values()) - fmean(reached[1].values())) < (0.05 if compare.timed else 0.5)
    compare(
        lambda: shrinkbench_sweep(*grid, theirs),
        ours.run_anew,
        row=case.row,
        what=f"{case.model}, {len(case.seeds)} seeds x {len(case.sparsities)} sparsities, "
        f"{sizes[0]} images of 28x28",
        against="ShrinkBench's loop, dense shared, without loader workers",
        target=case.target,
    )


def test_five_levels_reach_what_openlths_loop_reaches(compare, sweep):
    levels, sizes = (5, (6_000, 1_000)) if compare.timed else (2, (640, 128))
    sparsities = [round(1 - 0.8**level, 6) for level in range(1, levels + 1)]
    ours = sweep(("lenet-300-100", (0,), sparsities), sizes, entry=LOTTERY)
    theirs = PeerTask(images(*sizes), LR)
    reached = ours.run_anew(), openlth_lottery(network("lenet-300-100", 0), theirs, levels, 1)
    assert len(reached[0]) == levels == len(reached[1]) - 1
    difference = fmean(reached[0].values()) - fmean(reached[1][1:])
    assert abs(difference) < (0.05 if compare.timed else 0.5)
    compare(
        lambda: openlth_lottery(network("lenet-300-100", 0), theirs, levels, 1),
        ours.run_anew,
        row="C3",
        what=f"LeNet-300-100, {levels} levels of iterative pruning, {sizes[0]} images",
        against="OpenLTH's loop",
        target="≥ 6",
    )


def test_an_epoch_is_the_matrix_products_and_little_else(compare, catalog):
    count = 12_800 if compare.timed else 256
    data = DeviceData.place(images(count, 128), torch.device("cpu"))
    model = network("lenet-300-100", 0)
    recipe = StageRecipe(epochs=1, lr=LR, schedule="constant")
    layers = [layer for layer in model.modules() if isinstance(layer, torch.nn.Linear)]
    inputs = [torch.randn(128, layer.in_features) for layer in layers]
    outputs = [torch.randn(128, layer.out_features) for layer in layers]

    def products():
        for _ in range(count // 128):
            for place, layer in enumerate(layers):
                torch.mm(inputs[place], layer.weight.detach().T)
                torch.mm(outputs[place].T, inputs[place])
                if place:
                    torch.mm(outputs[place], layer.weight.detach())

    def epoch():
        train(model, data, Course(recipe, StageLoss(recipe, catalog), 0, lambda _: None))

    for _ in range(1 if compare.timed else 10):
        epoch()
    correct = (model(data.normalise(data.test.inputs)).argmax(1) == data.test.targets).float().mean()
    assert correct > 0.5
    compare(
        products,
        epoch,
        row="C2",
        what="share of the matrix-product roofline, a LeNet-300-100 training epoch",
        against="the epoch's matrix products alone",
        target="≥ 0.6",
    )
