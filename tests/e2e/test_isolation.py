"""A faulty pruner costs its own trials and nobody else's: one run, every fault beside a good pruner."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.processes import bench, contents

PLUGIN = '''
"""Pruners that each do one thing wrong."""

import bench


def magnitude(given):
    return {name: layer.weight.abs() for name, layer in given.layers.items()}


def raises(given):
    raise ZeroDivisionError("a matrix of rank 0")


def returns_nan(given):
    return {name: score * float("nan") for name, score in magnitude(given).items()}


def wrong_shape(given):
    return {name: score.flatten() for name, score in magnitude(given).items()}


def wrong_type(given):
    return {name: score > 0.01 for name, score in magnitude(given).items()}


def edits_the_model(given):
    given.model.fc1.weight.data.zero_()
    return magnitude(given)


def global_randomness(given):
    import torch

    return {name: torch.rand(layer.weight.shape) for name, layer in given.layers.items()}


def unseeded_randomness(given):
    import numpy as np
    import torch

    draw = np.random.default_rng().random
    return {name: torch.from_numpy(draw(tuple(layer.weight.shape))) for name, layer in given.layers.items()}


def hangs(given):
    import time

    time.sleep(3600)


def killed(given):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


def crashes(given):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSEGV)


def exits(given):
    import os

    os._exit(0)


def calls_exit(given):
    import sys

    sys.exit("done")


def out_of_memory(given):
    raise MemoryError("16 TB")


def allocates_with_torch(given):
    import torch

    return {name: torch.empty(2**50) for name in given.layers}


def allocates_with_numpy(given):
    import numpy as np

    return {name: np.empty(2**50) for name in given.layers}


def allocates_on_cuda(given):
    import torch

    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 16.00 TiB")


def wraps_its_error(given):
    try:
        raise MemoryError
    except MemoryError as error:
        raise ValueError("no room for scores") from error


def complains_like_a_user(given):
    raise bench.UserError("no GPU", "buy one")


def prints(given):
    print("{not json}")
    return magnitude(given)


def declines(given):
    raise bench.Unsupported("no network of Linear layers")


def wrong_sparsity(given, keep):
    import torch

    return {
        name: bench.Sparsified(torch.ones_like(layer.weight, dtype=torch.bool))
        for name, layer in given.layers.items()
    }


SCORERS = (
    raises, returns_nan, wrong_shape, wrong_type, edits_the_model, global_randomness, unseeded_randomness,
    hangs, killed, crashes, exits, calls_exit, out_of_memory, allocates_with_torch,
    allocates_with_numpy, allocates_on_cuda, wraps_its_error, complains_like_a_user, prints, declines,
)


def pruner(function, mode):
    name = function.__name__.replace("_", "-")
    return bench.Pruner(name=name, summary="Faulty.", build=lambda params: function, mode=mode)


@bench.hookimpl
def bench_pruners():
    yield from (pruner(function, "score") for function in SCORERS)
    yield pruner(wrong_sparsity, "sparsify")


@bench.hookimpl
def bench_trial_finished(record):
    raise SystemExit("an observer that has seen enough")
'''

SEEN = {
    "raises": ("failed", "raised ZeroDivisionError: a matrix of rank 0"),
    "returns-nan": ("failed", "the scores of fc1 hold NaN"),
    "wrong-shape": ("failed", "the scores of fc1 have shape (19200,), not (300, 64)"),
    "wrong-type": ("failed", "the scores of fc1 are torch.bool, not floating-point"),
    "wrong-sparsity": ("failed", "has the wrong sparsity: it kept 19200 weights of fc1, not "),
    "edits-the-model": ("failed", "edited the model: fc1.weight"),
    "global-randomness": ("failed", "drew from a global random generator; draw from `given.generator`"),
    "unseeded-randomness": ("failed", "gave two results for one seed; draw from `given.generator` alone"),
    "hangs": ("timeout", "no sign of life for 15 s"),
    "killed": ("failed", "the worker process was ended by SIGKILL"),
    "crashes": ("failed", "the worker process was ended by SIGSEGV"),
    "exits": ("failed", "the worker process ended with exit code 0"),
    "calls-exit": ("failed", "raised SystemExit: done"),
    "out-of-memory": ("oom", "raised MemoryError: 16 TB"),
    "allocates-with-torch": ("oom", "raised RuntimeError: "),
    "allocates-with-numpy": ("oom", "Unable to allocate"),
    "allocates-on-cuda": ("oom", "raised OutOfMemoryError: CUDA out of memory"),
    "wraps-its-error": ("oom", "raised ValueError: no room for scores"),
    "complains-like-a-user": ("failed", "raised UserError: error: no GPU"),
}
DYING = ("hangs", "killed", "crashes", "exits")
SUITE = """
schema = 1
name = "isolation"
version = "1"
summary = "Every fault beside a good pruner."

[grid]
task = ["digits"]
model = ["lenet-300-100"]
seed = [0]
sparsity = [0.5]

[recipe.train]
epochs = 1

[recipe.finetune]
epochs = 0
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run of all pruners, as its process ended, and its store."""
    folder = tmp_path_factory.mktemp("isolation")
    plugin = folder / "faulty_file.py"
    plugin.write_text(PLUGIN)
    pruners = [*SEEN, "declines", "prints", "magnitude", "random"]
    suite = folder / "isolation.toml"
    suite.write_text(SUITE + "".join(f'\n[[entry]]\npruner = "{name}"\n' for name in pruners))
    return run(folder, folder / "store"), folder / "store"


def run(folder, store, *retry):
    options = ["--plugin-file", folder / "faulty_file.py", "--timeout", "15", "--jobs", "2", "--json", *retry]
    return bench("run", folder / "isolation.toml", "--store", store, *options)


@pytest.fixture(scope="module")
def failures(ran):
    """The records of trials that did not end well, by pruner."""
    plain = [json.loads(path.read_bytes()) for path in (ran[1] / "failures").rglob("*.json")]
    return {record["spec"]["pruner"]: record for record in plain}


def test_the_run_goes_on_to_its_end_and_exits_with_1(ran):
    done, _ = ran
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    assert summary["trials"] == {"ok": 3, "cached": 0, "failed": len(SEEN), "skipped": 1}


def test_good_pruners_end_well_beside_faulty_ones(ran):
    plain = [json.loads(path.read_bytes()) for path in (ran[1] / "records").rglob("*.json")]
    assert {record["spec"]["pruner"]: record["status"] for record in plain} == {
        "magnitude": "ok",
        "random": "ok",
        "prints": "ok",
    }
    assert {record["metrics"]["zeros"] for record in plain} == {25100}


@pytest.mark.parametrize("pruner", SEEN)
def test_a_fault_is_recorded_with_its_pruner_and_its_plugin(failures, pruner):
    record = failures[pruner]
    status, sentence = SEEN[pruner]
    assert record["status"] == status
    assert record["error"]["component"] == f"pruner '{pruner}'"
    assert ("Traceback" in record["error"]["traceback"]) == (pruner not in DYING)
    assert record["error"]["plugin"].startswith("plugin-file ")
    assert f"pruner '{pruner}': " in record["error"]["message"]
    assert sentence in record["error"]["message"]


def test_to_decline_a_model_is_no_failure(failures):
    assert failures["declines"]["status"] == "unsupported"


def test_each_failure_is_said_on_stderr_with_its_cell(ran):
    done, _ = ran
    for pruner, (status, sentence) in SEEN.items():
        line = next(line for line in done.stderr.splitlines() if f": {pruner} on lenet-300-100" in line)
        assert line.startswith(f"{status}: ")
        assert sentence in line


def test_what_a_plugin_prints_does_not_reach_stdout(ran):
    done, _ = ran
    assert "{not json}" not in done.stdout
    assert "{not json}" in done.stderr


def test_an_observer_that_ends_the_program_is_silenced(ran):
    done, _ = ran
    [line] = [line for line in done.stderr.splitlines() if "bench_trial_finished" in line]
    assert "SystemExit: an observer that has seen enough; not called again" in line


@pytest.mark.parametrize("kind", ["oom", "unsupported"])
def test_retry_runs_failures_of_its_kind_again_and_no_others(ran, failures, tmp_path, kind):
    store = shutil.copytree(ran[1], tmp_path / "store")
    before = contents(store)
    done = run(ran[1].parent, store, "--retry", kind)
    assert done.returncode == 1
    after = contents(store)
    changed = {name for name in after if before.get(name) != after[name] and not name.startswith("notes/")}
    assert {name.rpartition("/")[2] for name in changed} == {
        f"{record['trial_id']}.json" for record in failures.values() if record["status"] == kind
    }
