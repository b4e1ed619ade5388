import time
from dataclasses import dataclass
from statistics import median

import pytest
import torch

from tests.perf.paired import Race
from tests.perf.sweep import Sweep, write_suite

ROUNDS = 7


@dataclass
class Comparison:
    """Times a pair under pytest-benchmark and stores its ratio; runs each side once where that is off.

    The first side is the peer, the second ours; `seconds` is the median of ours.
    """

    benchmark: object

    @property
    def timed(self):
        return not self.benchmark.disabled

    def __call__(self, first, second, clock=time.process_time, **info):
        pair = Race(first, second, clock)
        self.benchmark.pedantic(pair.round, rounds=ROUNDS, warmup_rounds=1)
        warmups = int(self.timed)
        seconds = median(ours for _, ours in pair.times[warmups:])
        self.benchmark.extra_info.update(info, seconds=seconds, **pair.ratio(warmups))


@pytest.fixture
def compare(benchmark):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Comparison(benchmark)
    torch.set_num_threads(before)


@pytest.fixture
def sweep(tmp_path):
    """Plans a sweep over (model, seeds, sparsities) with so many training and test images."""

    def plan(grid, sizes, **changes):
        return Sweep(write_suite(tmp_path / "perf.toml", grid, sizes, **changes), tmp_path / "store")

    return plan
