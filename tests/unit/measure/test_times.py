from __future__ import annotations

import time

import psutil
import pytest
import torch
from torch import nn

from bench.measure import latency, throughput
from bench.measure.stopwatch import FEWEST, clock_of, race
from bench.measure.throughput import peak_resident_bytes
from tests.unit.measure.trials import trial_of


def test_a_race_alternates_and_swaps_the_order_after_warm_ups():
    calls = []
    race(lambda: calls.append("a"), lambda: calls.append("b"), lambda call: call() or 1.0, seconds=0)
    assert "".join(calls) == "ababab" + ("ab" + "ba") * (FEWEST // 2) + "ab"


def test_a_race_gives_the_median_of_each_side():
    times = {"a": iter([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 90.0]), "b": iter([10.0] * FEWEST)}
    pair = race(lambda: "a", lambda: "b", lambda call: next(times[call()]), seconds=0)
    assert pair == (4.0, 10.0)


def test_a_race_goes_on_for_its_seconds():
    rounds = []
    race(lambda: None, lambda: None, lambda call: rounds.append(time.sleep(0.002)) or 1.0, seconds=0.1)
    assert FEWEST < len(rounds) // 2 <= 30


class Slow(nn.Module):
    def __init__(self, seconds):
        super().__init__()
        self.linear, self.seconds = nn.Linear(2, 2), seconds

    def forward(self, x):
        time.sleep(self.seconds)
        return self.linear(x)


def test_a_network_that_pruning_made_slower_has_a_speed_up_below_one():
    trial = trial_of(Slow(0.001), torch.ones(1, 2))
    trial.final.seconds = 0.01
    metrics = latency(trial, seconds=0).metrics
    assert metrics["latency_cpu_1_ms"] >= 10
    assert metrics["latency_cpu_1_speedup"] < 0.5
    assert metrics["latency_cpu_1_speedup"] == metrics["latency_cpu_1_dense_ms"] / metrics["latency_cpu_1_ms"]


class Shapes(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.seen = nn.Linear(3, 2), []

    def forward(self, x):
        self.seen.append((tuple(x.shape), self.training, torch.is_grad_enabled()))
        return self.linear(x)

    def __deepcopy__(self, memo):
        return self


def test_batches_of_1_and_256_are_predicted_in_eval_mode_without_gradients():
    trial = trial_of(Shapes(), torch.ones(1, 3))
    latency(trial, seconds=0)
    assert set(trial.final.seen) == {((1, 3), False, False), ((256, 3), False, False)}


def test_there_is_no_gpu_latency_where_the_trial_has_no_gpu():
    metrics = latency(trial_of(nn.Sequential(nn.Linear(2, 2)), torch.ones(1, 2)), seconds=0).metrics
    assert {name for name, value in metrics.items() if value is None} == {
        name for name in metrics if "_gpu_" in name
    }


def test_examples_a_second_are_the_batch_over_the_median_pass():
    metrics = throughput(trial_of(Slow(0.01), torch.ones(1, 2)), batch_size=50, seconds=0).metrics
    assert 1000 < metrics["examples_per_second"] <= 5000
    assert 1000 < metrics["train_examples_per_second"] <= 5000


def test_throughput_leaves_weights_statistics_and_randomness_alone():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    trial = trial_of(model, torch.ones(1, 3))
    before = {name: value.clone() for name, value in trial.final.state_dict().items()}
    state = torch.random.get_rng_state()
    throughput(trial, batch_size=4, seconds=0)
    assert all(torch.equal(value, before[name]) for name, value in trial.final.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_the_peak_is_at_least_what_the_process_holds_now():
    assert peak_resident_bytes() >= psutil.Process().memory_info().rss


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_is_timed_by_its_own_events_and_counts_its_own_memory():
    device = torch.device("cuda")
    model = nn.Sequential(nn.Linear(4096, 4096, device=device))
    trial = trial_of(model, torch.ones(1, 4096, device=device))
    big = torch.ones(8192, 8192, device=device)
    assert clock_of(device)(lambda: big @ big) > 0.01
    metrics = latency(trial, seconds=0).metrics
    assert all(value > 0 for value in metrics.values())
    assert throughput(trial, seconds=0).metrics["peak_memory_bytes"] >= 3 * 4096 * 4096 * 4
