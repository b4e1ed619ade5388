"""What it costs before anything is computed: starting the command line, and setting up a trial."""

import resource
import subprocess
import sys

import pytest

from bench.plan.trials import Trial
from bench.runner.environment import describe
from bench.runner.records import now, ok_record
from bench.runner.worker import layer_records
from bench.store.layout import Layout
from bench.store.store import Store
from tests.perf.images import images
from tests.perf.peers import PeerTask, shrinkbench_dense, shrinkbench_trial
from tests.perf.sweep import LR, network

EAGER = "import torch, timm, pandas, seaborn"


def children():
    """The processor seconds of this process's finished children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def python(*words):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("verb", ["--help", "list"])
def test_looking_answers_before_a_library_is_imported(compare, verb):
    assert "magnitude" in python("-m", "bench", "list")
    assert "claims" in python("-m", "bench", "--help")
    compare(
        lambda: python("-c", EAGER if compare.timed else "pass"),
        lambda: python("-m", "bench", verb),
        clock=children,
        row="C11",
        what=f"`bench {verb}`, seconds of CPU",
        against="eager imports of torch, timm, pandas, seaborn",
        target="≤ 0.1 s",
    )


def test_a_trial_of_nothing_costs_next_to_nothing(compare, sweep, tmp_path):
    sizes = (128, 128)
    ours = sweep(("lenet-300-100", (0,), (0.5,)), sizes, epochs=0)
    theirs = PeerTask(images(*sizes), LR)
    dense = shrinkbench_dense(network("lenet-300-100", 0), theirs, 0)
    store, environment = Store.open(tmp_path / "records"), describe(ours.session.device, 1)
    [trial] = ours.trials

    def record():
        """The trial as a worker does it: read, pruned, measured, and its record written."""
        again = Trial.from_plain(trial.plain())
        started = now()
        result = ours.one(again)
        outcome = {"metrics": result.readings.metrics, "timing": result.timing}
        return store.write(ok_record(again, environment, started, outcome, layer_records(result)))

    ours.run()  # trains the dense network, which is then read from the store, as the peer's is
    path = record()
    assert path == Layout(tmp_path / "records").record("perf", trial.trial_id)
    assert 0 <= shrinkbench_trial(dense, theirs, 0.5, 0) <= 1
    compare(
        lambda: shrinkbench_trial(dense, theirs, 0.5, 0),
        record,
        row="C12",
        what="fixed cost a trial: one batch, no epoch",
        against="ShrinkBench's set-up, without loader workers (149 ms with all of theirs)",
        target="≤ 0.01 s",
    )
