from dataclasses import dataclass

import pytest
import torch

from tests.perf.paired import Race

ROUNDS = 7


@dataclass
class Comparison:
    """Times a pair under pytest-benchmark and stores its ratio; runs each side once where that is off."""

    benchmark: object

    @property
    def timed(self):
        return not self.benchmark.disabled

    def __call__(self, first, second, **info):
        pair = Race(first, second)
        self.benchmark.pedantic(pair.round, rounds=ROUNDS, warmup_rounds=1)
        self.benchmark.extra_info.update(info, **pair.ratio(warmups=int(self.timed)))


@pytest.fixture
def compare(benchmark):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Comparison(benchmark)
    torch.set_num_threads(before)
