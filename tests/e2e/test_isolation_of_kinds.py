"""Faulty models, tasks, objectives and measures, too, cost only the trials that use them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PLUGIN = '''
"""Components of every kind that each do one thing wrong."""

import bench


def network(forward=None, build=None):
    def make(params):
        from torch import nn

        if build is not None:
            build()

        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(64, params["num_classes"])

            def forward(self, x):
                if forward is not None:
                    forward()
                return self.fc(x.flatten(1))

        return Network()

    return make


def divide():
    1 / 0


def leave():
    raise SystemExit("done")


def die():
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@bench.hookimpl
def bench_models():
    for name, build in {
        "raises-in-build": network(build=divide),
        "raises-in-forward": network(forward=divide),
        "exits-in-forward": network(forward=leave),
        "dies-in-build": network(build=die),
    }.items():
        yield bench.Model(name=name, summary="Faulty.", build=build)


def load(request):
    raise OSError("the disk is gone")


@bench.hookimpl
def bench_tasks():
    yield bench.Task(name="lost", summary="Faulty.", build=lambda params: load)


@bench.hookimpl
def bench_objectives():
    faults = {
        "constant": lambda step: step.outputs.mean().detach(),
        "wide": lambda step: step.outputs.mean(1),
        "bare": lambda step: 1.0,
    }
    for name, fault in faults.items():
        yield bench.Objective(name=name, summary="Faulty.", build=lambda params, fault=fault: fault)


def edit(given):
    given.dense.fc1.weight.data.zero_()
    return bench.Measured({"nothing": 0})


@bench.hookimpl
def bench_measures():
    yield bench.Measure(name="edits", summary="Faulty.", build=lambda params: edit, metrics=("nothing",))
'''
SUITE = """
schema = 1
name = "{name}"
version = "1"
summary = "Faulty components of every kind."
{measures}

[grid]
task = {tasks}
model = {models}
seed = [0]
sparsity = [0.5]

[recipe.train]
epochs = 1

[recipe.finetune]
epochs = 0

[[entry]]
pruner = "magnitude"
"""
OBJECTIVE = '\n[[entry]]\npruner = "magnitude"\nrecipe.train.objective = "{}"\n'
MODELS = ["lenet-300-100", "raises-in-build", "raises-in-forward", "exits-in-forward", "dies-in-build"]
SEEN = {
    "model 'raises-in-build'": "raised ZeroDivisionError: division by zero",
    "model 'raises-in-forward'": "raised ZeroDivisionError: division by zero",
    "model 'exits-in-forward'": "raised SystemExit: done",
    "model 'dies-in-build'": "the worker process was ended by SIGKILL",
    "task 'lost'": "raised OSError: the disk is gone",
    "objective 'constant'": "returned a loss without a gradient",
    "objective 'wide'": "not a scalar",
    "objective 'bare'": "returned float, not a tensor",
    "measure 'edits'": "edited the model: dense fc1.weight",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Exit codes, and all records, of suites with a faulty component of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    plugin = folder / "faulty_kinds.py"
    plugin.write_text(PLUGIN)
    one = {"tasks": '["digits"]', "models": '["lenet-300-100"]', "measures": ""}
    suites = {
        "models": SUITE.format(**{**one, "name": "models", "models": json.dumps(MODELS)}),
        "tasks": SUITE.format(**{**one, "name": "tasks", "tasks": '["digits", "lost"]'}),
        "objectives": SUITE.format(**one, name="objectives")
        + "".join(OBJECTIVE.format(name) for name in ("constant", "wide", "bare")),
        "measures": SUITE.format(
            **{**one, "name": "measures", "measures": 'measures = ["accuracy", "edits"]'}
        ),
    }
    codes = {}
    for name, text in suites.items():
        suite = folder / f"{name}.toml"
        suite.write_text(text)
        options = ["--store", folder / "store", "--plugin-file", plugin, "--jobs", "1"]
        words = [sys.executable, "-m", "bench", "run", suite, *options]
        codes[name] = subprocess.run(words, capture_output=True, timeout=300, check=False).returncode
    plain = [json.loads(path.read_bytes()) for path in (folder / "store").rglob("*/*.json")]
    return codes, [record for record in plain if "trial_id" in record]


def test_every_run_goes_to_its_end_and_exits_with_1(ran):
    assert ran[0] == {"models": 1, "tasks": 1, "objectives": 1, "measures": 1}


def test_the_trials_without_a_faulty_component_end_well(ran):
    ok = [record for record in ran[1] if record["status"] == "ok"]
    assert {(record["spec"]["task"], record["spec"]["model"]) for record in ok} == {("digits", "lenet-300-100")}
    assert {record["suite"]["name"] for record in ok} <= {"models", "tasks", "objectives"}
    assert ok


@pytest.mark.parametrize("component", SEEN)
def test_a_fault_names_its_component_and_its_plugin(ran, component):
    found = [record for record in ran[1] if (record["error"] or {}).get("component") == component]
    assert [record["status"] for record in found] == ["failed"]
    assert SEEN[component] in found[0]["error"]["message"]
    assert found[0]["error"]["plugin"].startswith("plugin-file ")
