"""The rows that need a GPU; skipped where there is none.

    python -m pytest tests/perf/test_gpu.py --benchmark-enable --benchmark-json=gpu.json

Epochs of ResNet-18 and VGG-19 on 50,000 images of 32x32 at batch 128: ours in bf16, channels last; the
peers' as their loops run, ShrinkBench's in TF32 with eight loader workers, OpenLTH's in fp32 with none.
"""

from __future__ import annotations

import time
import warnings

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import bench
from bench.engine.data import DeviceData
from bench.engine.objectives import StageLoss
from bench.engine.train import Course, train
from bench.linalg import spectral_norm
from bench.suite.recipe import StageRecipe
from tests.perf.images import images
from tests.perf.layers import VGG19, flat
from tests.perf.peers import PeerTask, masked, openlth_pass, shrinkbench_pass

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
DEVICE = torch.device("cuda")
NETWORKS = ("resnet18", "vgg19")
BATCH, LR = 128, 0.05
RECIPE = StageRecipe(
    epochs=1, batch_size=BATCH, lr=LR, schedule="constant", augment=("pad-crop", "flip"),
    precision="bf16", channels_last=True,
)  # fmt: skip


def wall():
    """Seconds by the clock, all work on the device done."""
    torch.cuda.synchronize()
    return time.perf_counter()


def network(name):
    torch.manual_seed(0)
    return bench.build("model", name, num_classes=10, in_channels=3, image_size=32).to(DEVICE)


def task(compare):
    return images(*((50_000, 2_000) if compare.timed else (512, 128)), channels=3, size=32)


@pytest.fixture
def our_epoch(catalog):
    """Makes a training epoch of the engine, from the network's name and the task's data."""

    def make(name, data):
        model, placed = network(name), DeviceData.place(data, DEVICE)
        course = Course(RECIPE, StageLoss(RECIPE, catalog), 0, lambda _: None)
        return lambda: train(model, placed, course)

    return make


@pytest.fixture
def tf32():
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize(("row", "name"), [("G1", "resnet18"), ("G2", "vgg19")])
def test_an_epoch_against_shrinkbenchs_loop(compare, our_epoch, tf32, row, name):
    data = task(compare)
    theirs = PeerTask(data, LR, augmented=True, workers=8 if compare.timed else 0, device=DEVICE)
    model, layers = masked(network(name))
    assert layers
    optimizer = theirs.optimizer(model)
    compare(
        lambda: shrinkbench_pass(model, theirs, optimizer),
        our_epoch(name, data),
        clock=wall,
        row=row,
        what=f"{name} epoch, CIFAR's shape",
        against="ShrinkBench's loop, TF32, 8 workers",
        target="≥ 2.5",
    )


@pytest.mark.parametrize(("row", "name", "target"), [("G1", "resnet18", "≥ 10"), ("G2", "vgg19", "≥ 12")])
def test_an_epoch_against_openlths_loop(compare, our_epoch, row, name, target):
    data = task(compare)
    theirs = PeerTask(data, LR, augmented=True, device=DEVICE)
    model, _ = masked(network(name))
    optimizer = theirs.optimizer(model)
    compare(
        lambda: openlth_pass(model, theirs, optimizer),
        our_epoch(name, data),
        clock=wall,
        row=row,
        what=f"{name} epoch, CIFAR's shape",
        against="OpenLTH's loop",
        target=target,
    )


@pytest.mark.parametrize(("row", "name"), [("G1", "resnet18"), ("G2", "vgg19")])
def test_an_epoch_as_a_share_of_the_matrix_product_rate(compare, our_epoch, row, name):
    data = task(compare)
    one = DeviceData.place(data, DEVICE).example()
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        network(name).eval()(one)
    side = 8192 if compare.timed else 256
    square = torch.randn(side, side, device=DEVICE, dtype=torch.bfloat16)
    products = max(1, round(3 * counted.get_total_flops() * len(data.train) / (2 * side**3)))
    compare(
        lambda: [torch.mm(square, square) for _ in range(products)],
        our_epoch(name, data),
        clock=wall,
        row=row,
        what=f"share of the bf16 matrix-product rate, {name} epoch",
        against="as many operations in products of 8192 by 8192",
        target="reported; ≥ 0.45 of compute and memory floor together",
    )


def test_spectral_norms_on_the_device_agree_with_svdvals(compare):
    matrices = [matrix.to(DEVICE) for matrix in flat(VGG19)]
    for matrix in matrices[:3]:
        value, bound = spectral_norm(matrix)
        assert abs(value - float(torch.linalg.svdvals(matrix.double())[0])) <= bound
    compare(
        lambda: [float(torch.linalg.svdvals(matrix)[0]) for matrix in matrices],
        lambda: [spectral_norm(matrix) for matrix in matrices],
        clock=wall,
        row="G4",
        what="spectral norms of all VGG-19 layers, with a certified bound of 1e-4",
        against="CUDA svdvals",
        target="≥ 30",
    )


def syncs(run):
    """How often `run` makes the host wait for the device."""
    torch.cuda.synchronize()
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            run()
        finally:
            torch.cuda.set_sync_debug_mode(before)
    return sum("synchronizing" in str(warning.message) for warning in seen)


def test_an_item_is_counted_as_a_wait():
    number = torch.ones((), device=DEVICE)
    assert syncs(lambda: [number.item() for _ in range(3)]) == 3


@pytest.mark.parametrize("name", NETWORKS)
def test_host_waits_of_an_epoch(benchmark, our_epoch, name):
    epoch = our_epoch(name, images(1_280, 128, channels=3, size=32))
    epoch()
    count = syncs(epoch)
    benchmark.pedantic(epoch, rounds=1)
    benchmark.extra_info.update(
        row="G6", what=f"host waits in an epoch of 10 steps, {name}", against="ShrinkBench: 3 a step",
        target="≤ 1", ratio=count, low=count, high=count,
    )  # fmt: skip
    assert count < 30


@pytest.mark.parametrize("name", NETWORKS)
def test_launch_gaps_of_an_epoch(benchmark, our_epoch, name):
    epoch = our_epoch(name, images(6_400 if not benchmark.disabled else 512, 128, channels=3, size=32))
    epoch()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profiled:
        started = wall()
        epoch()
        seconds = wall() - started
    busy = sum(event.self_device_time_total for event in profiled.key_averages()) / 1e6
    share = 1 - busy / seconds
    benchmark.pedantic(epoch, rounds=1)
    benchmark.extra_info.update(
        row="G6", what=f"share of an epoch that the device idles, {name}", against="its own time",
        target="≤ 0.1", ratio=share, low=share, high=share,
    )  # fmt: skip
    assert busy > 0
