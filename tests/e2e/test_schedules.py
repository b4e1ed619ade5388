"""Schedules and layer-matched controls, run with real worker processes on real data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bench
from bench.board.frame import tidy
from bench.board.standings import standings
from bench.runner.request import RunRequest
from bench.store.reading import read_records
from bench.store.verify import verify

HEAD = """
schema = 1
name = "scheduled"
version = "1"
summary = "Every schedule once."

[grid]
task = "digits"
model = "lenet-300-100"
seed = 0
sparsity = 0.8

[recipe.train]
epochs = 2

[recipe.finetune]
epochs = 1
"""
SCHEDULES = (
    '"one-shot"',
    '{ name = "one-shot", params = { retrain = "lr-rewind", rewind_epoch = 1 } }',
    '{ name = "one-shot", params = { retrain = "weight-rewind", rewind_epoch = 1 } }',
    '{ name = "one-shot", params = { retrain = "reset" } }',
    '{ name = "one-shot", params = { retrain = "reinit" } }',
    '{ name = "iterative", params = { rounds = 2 } }',
    '{ name = "iterative", params = { rate = 0.5, retrain = "weight-rewind", rewind_epoch = 1 } }',
    '{ name = "gradual", params = { every = 4 } }',
    '{ name = "at-init", params = { retrain = "finetune" } }',
    '{ name = "rigl", params = { every = 4 } }',
    '{ name = "set", params = { every = 4 } }',
)
MATCHED = ('"one-shot"', '{ name = "iterative", params = { rounds = 2 } }')


def entry(schedule: str) -> str:
    control = 'control = "layer-matched"\n' if schedule in MATCHED else ""
    return f'\n[[entry]]\npruner = "magnitude"\nschedule = {schedule}\n{control}'


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A suite of every schedule, and a store in which it ran on two workers."""
    folder = tmp_path_factory.mktemp("scheduled")
    suite = folder / "scheduled.toml"
    suite.write_text(HEAD + "".join(map(entry, SCHEDULES)))
    bench.run(suite, store=folder / "store", request=RunRequest(Path(), jobs=2, progress=False))
    return suite, folder / "store"


def test_every_schedule_ends_well_at_the_exact_sparsity(finished):
    records = list(read_records(finished[1]))
    assert len(records) == len(SCHEDULES) + len(MATCHED)
    for record in records:
        assert record.status == "ok"
        assert record.timing.keys() == {"train", "prune", "finetune", "measure"}
        weights = sum(layer.weights for layer in record.per_layer)
        assert sum(layer.zeros for layer in record.per_layer) == round(0.8 * weights)
        assert record.metrics["zeros"] >= round(0.8 * weights)
    assert [verdict.problem for verdict in verify(finished[1]) if verdict.problem] == []


def test_trials_rewound_to_one_epoch_found_what_the_dense_training_left(finished):
    epochs = list((finished[1] / "artifacts" / "epoch").glob("*.safetensors"))
    dense = list((finished[1] / "artifacts" / "train").glob("*.safetensors"))
    assert (len(epochs), len(dense)) == (1, 1)
    assert epochs[0].stat().st_mtime_ns < dense[0].stat().st_mtime_ns


def test_a_matched_control_has_the_layers_of_its_reference(finished):
    by_schedule: dict[str, list] = {}
    for record in read_records(finished[1]):
        if record.spec.schedule_params in (
            {"retrain": "finetune", "rewind_epoch": 0},
            {"rounds": 2, "rate": 0.0, "retrain": "finetune", "rewind_epoch": 0},
        ):
            by_schedule.setdefault(record.spec.schedule, []).append(record)
    for pair in by_schedule.values():
        one, other = sorted(pair, key=lambda record: record.spec.matched_to is not None)
        assert (one.spec.pruner, other.spec.pruner) == ("magnitude", "random")
        assert other.spec.matched_to.name == "magnitude"
        assert [layer.zeros for layer in one.per_layer] == [layer.zeros for layer in other.per_layer]
        assert one.metrics["accuracy_pruned"] != other.metrics["accuracy_pruned"]
    assert by_schedule.keys() == {"one-shot", "iterative"}


def test_the_board_calls_each_by_its_own_name(finished, bench_cli, tmp_path):
    [cell] = standings(tidy(read_records(finished[1])))
    labels = {one.label for one in cell.standings}
    assert labels == {
        "magnitude",
        "random (layer-matched to magnitude)",
        "magnitude · one-shot (retrain=lr-rewind, rewind_epoch=1)",
        "magnitude · one-shot (retrain=weight-rewind, rewind_epoch=1)",
        "magnitude · one-shot (retrain=reset)",
        "magnitude · one-shot (retrain=reinit)",
        "magnitude · iterative (rounds=2)",
        "random (layer-matched to magnitude) · iterative (rounds=2)",
        "magnitude · iterative (rate=0.5, retrain=weight-rewind, rewind_epoch=1)",
        "magnitude · gradual (every=4)",
        "magnitude · at-init (retrain=finetune)",
        "magnitude · rigl (every=4)",
        "magnitude · set (every=4)",
    }
    assert bench_cli("board", "build", "--store", finished[1], "--out", tmp_path / "site")[0] == 0
    [cell] = json.loads((tmp_path / "site" / "leaderboard.json").read_text())["cells"]
    assert {one["label"] for one in cell["standings"]} == labels
    [page] = (tmp_path / "site" / "suites").glob("*.html")
    assert all(json.dumps(label)[1:-1] in page.read_text() or label in page.read_text() for label in labels)
    assert ",magnitude," in (tmp_path / "site" / "standings.csv").read_text()


def test_a_schedule_that_trains_no_dense_network_does_not_pay_for_one(finished):
    by_label = {one.label: one for one in standings(tidy(read_records(finished[1])))[0].standings}
    records = {record.spec.schedule: record for record in read_records(finished[1])}
    timing = records["rigl"].timing
    assert by_label["magnitude · rigl (every=4)"].seconds == pytest.approx(
        timing["prune"] + timing["finetune"]
    )


def test_a_second_run_does_nothing_and_the_plan_says_how_much_there_was(finished, bench_cli):
    suite, store = finished
    code, out, _ = bench_cli("run", suite, "--store", store, "--json")
    assert (code, json.loads(out)["trials"]["cached"]) == (0, len(SCHEDULES) + len(MATCHED))
    own = [1, 1, 1, 2, 2, 2, 3, 2, 3, 2, 2]
    _, out, _ = bench_cli("plan", suite, "--store", store, "--set", "seed=1")
    assert f"{2 + sum(own) + 1 + 2} epochs in all" in out
    assert "magnitude(scope=global), iterative (rounds=2)" in out
    assert "random(scope=layer) layer-matched to magnitude" in out
    assert "s of one worker's time" in out


def test_records_without_artifacts_to_start_from_are_the_same_on_one_worker(finished, tmp_path):
    suite, store = finished
    text = suite.read_text().replace("[grid]", "keep.finetune = false\n[grid]")
    other = tmp_path / "scheduled.toml"
    other.write_text(text)
    bench.run(other, store=tmp_path / "store", request=RunRequest(Path(), jobs=1, progress=False))
    there = {one.trial_id: one.reproducible() for one in read_records(store)}
    assert {one.trial_id: one.reproducible() for one in read_records(tmp_path / "store")} == there
    assert not (tmp_path / "store" / "artifacts" / "finetune").exists()


def test_a_parametrized_network_is_rewound_by_no_schedule(finished, bench_cli, tmp_path):
    plugin = tmp_path / "scaled.py"
    plugin.write_text(
        "import bench\n\n"
        "def apply(model):\n"
        "    import torch\n"
        "    from torch.nn.utils import parametrize\n"
        "    for module in list(model.modules()):\n"
        "        if isinstance(module, torch.nn.Linear):\n"
        "            parametrize.register_parametrization(module, 'weight', torch.nn.Identity())\n\n"
        "@bench.hookimpl\n"
        "def bench_parametrizations():\n"
        "    yield bench.Parametrization(name='as-is', summary='Nothing changes.', build=lambda _: apply)\n"
    )
    suite = tmp_path / "scheduled.toml"
    wanted = (SCHEDULES[0], SCHEDULES[3], SCHEDULES[5], SCHEDULES[8])
    entries = [
        f'\n[[entry]]\npruner = "magnitude"\nparametrization = "as-is"\nschedule = {s}\n' for s in wanted
    ]
    suite.write_text(HEAD + "".join(entries))
    words = ("run", suite, "--store", tmp_path / "store", "--plugin-file", plugin, "--jobs", 1, "--json")
    code, out, _ = bench_cli(*words)
    assert json.loads(out)["trials"] == {"ok": 2, "cached": 0, "failed": 0, "skipped": 2}
    assert code == 0


def test_an_interrupted_round_is_gone_on_from(tmp_path):
    suite, store = tmp_path / "scheduled.toml", tmp_path / "store"
    many = '{ name = "iterative", params = { rounds = 3 } }'
    suite.write_text(
        HEAD.replace("epochs = 1", "epochs = 25") + f'[[entry]]\npruner = "magnitude"\nschedule = {many}'
    )
    words = [sys.executable, "-m", "bench", "run", str(suite), "--store", str(store), "--jobs", "1", "--json"]
    first = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    for _ in range(1200):
        if list(store.glob("artifacts/round/*.json")):
            break
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGINT)
    first.communicate(timeout=20)
    assert first.returncode == 130
    assert not list(store.rglob("records/*/*.json"))
    rounds = {path: path.stat().st_mtime_ns for path in store.glob("artifacts/round/*")}
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, json.loads(done.stdout)["trials"]["ok"]) == (0, 1), done.stderr
    assert {path: path.stat().st_mtime_ns for path in rounds} == rounds
    assert len(list(store.glob("artifacts/round/*.json"))) == 3
