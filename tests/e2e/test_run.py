"""`bench run` on real data, with real worker processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from tests.conftest import TINY


def comparable(path: Path) -> dict:
    """A record without what may differ between two runs of the same trial."""
    plain = json.loads(path.read_bytes())
    for key in ("timing", "env", "started", "finished"):
        plain.pop(key)
    return plain


def records(store: Path) -> dict[str, dict]:
    return {path.stem: comparable(path) for path in (store / "records").rglob("*.json")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A store in which the tiny suite ran, on one worker."""
    folder = tmp_path_factory.mktemp("finished")
    suite = folder / "tiny.toml"
    suite.write_text(TINY)
    frame = bench.run(suite, store=folder / "store", request=RunRequest(Path(), jobs=1, progress=False))
    return suite, folder / "store", frame


def test_the_frame_has_a_row_a_trial_and_the_records_fields_as_columns(finished):
    _, _, frame = finished
    assert len(frame) == 4
    for column in (
        "trial_id",
        "spec.pruner",
        "spec.sparsity",
        "metrics.accuracy",
        "timing.train",
        "suite.name",
    ):
        assert column in frame
    assert frame["metrics.sparsity"].round(4).tolist() == frame["spec.sparsity"].round(4).tolist()


def test_a_record_has_every_field_of_the_schema(finished):
    _, store, _ = finished
    for path in (store / "records").rglob("*.json"):
        plain = json.loads(path.read_bytes())
        assert plain["metrics"].keys() >= {
            "accuracy", "accuracy_dense", "loss", "sparsity", "compression", "spectral_error",
            "frobenius_error", "macs", "macs_dense", "params_total", "params_nonzero",
        }  # fmt: skip
        assert plain["timing"].keys() == {"train", "prune", "finetune", "measure"}
        assert [layer["name"] for layer in plain["per_layer"]] == ["fc1", "fc2", "fc3"]
        assert all(
            layer["spectral_error"] <= 1.5 and layer["frobenius_error"] <= 1 for layer in plain["per_layer"]
        )
        zeros = sum(layer["zeros"] for layer in plain["per_layer"])
        assert zeros == round(
            plain["spec"]["sparsity"] * sum(layer["weights"] for layer in plain["per_layer"])
        )


def test_a_second_run_does_no_work_and_says_so(finished, bench_cli):
    suite, store, _ = finished
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()}
    code, out, _ = bench_cli("run", suite, "--store", store, "--json")
    summary = json.loads(out)
    assert code == 0
    assert summary.keys() == {"suite", "store", "trials", "seconds"}
    assert summary["trials"] == {"ok": 0, "cached": 4, "failed": 0, "skipped": 0}
    code, _, err = bench_cli("run", suite, "--store", store)
    assert "nothing to do: all 4 trials of 'tiny'" in err
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()} == before


def test_a_deleted_record_is_run_again_alone_from_cached_stages(finished, bench_cli):
    suite, store, _ = finished
    path = min((store / "records").rglob("*.json"))
    before = comparable(path)
    artifacts = {file: file.stat().st_mtime_ns for file in (store / "artifacts").rglob("*") if file.is_file()}
    path.unlink()
    _, out, _ = bench_cli("run", suite, "--store", store, "--json")
    assert json.loads(out)["trials"] == {"ok": 1, "cached": 3, "failed": 0, "skipped": 0}
    assert comparable(path) == before
    assert {file: file.stat().st_mtime_ns for file in artifacts} == artifacts


def test_two_workers_give_the_same_bits_as_one(finished, tmp_path):
    suite, store, _ = finished
    bench.run(suite, store=tmp_path, request=RunRequest(Path(), jobs=2, progress=False))
    assert records(tmp_path) == records(store)


def test_damaged_artifacts_are_computed_again_not_trusted(finished, tmp_path):
    suite, store, _ = finished
    other = tmp_path / "store"
    subprocess.run(["cp", "-r", store, other], check=True)
    for path in (other / "artifacts").rglob("*.safetensors"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    subprocess.run(["rm", "-r", other / "records"], check=True)
    bench.run(suite, store=other, request=RunRequest(Path(), jobs=1, progress=False))
    assert records(other) == records(store)


def test_a_plain_script_without_a_main_guard_can_run_a_suite(finished, tmp_path):
    suite, _, _ = finished
    script = tmp_path / "script.py"
    script.write_text(
        "import bench\n"
        f"store = {str(tmp_path / 'store')!r}\n"
        f"frame = bench.run({str(suite)!r}, store, {{'sparsity': [0.5]}})\n"
        "print(len(frame))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_a_store_with_spaces_and_other_letters_works(finished, bench_cli, tmp_path):
    suite, _, _ = finished
    store = tmp_path / "größe 1 µ"
    code, out, _ = bench_cli(
        "run", suite, "--store", store, "--json", "--only", "pruner=magnitude", "--only", "sparsity=0.5"
    )
    assert code == 0
    assert json.loads(out)["store"] == str(store)
    assert len(records(store)) == 1


def test_a_diverging_recipe_costs_its_trials_and_names_the_epoch(finished, bench_cli, tmp_path):
    suite, _, _ = finished
    words = ("run", suite, "--store", tmp_path, "--set", "train.lr=1e30", "--json")
    code, out, _ = bench_cli(*words)
    assert code == 1
    assert json.loads(out)["trials"] == {"ok": 0, "cached": 0, "failed": 4, "skipped": 0}
    _, out, _ = bench_cli("records", "list", "--status", "failed", "--store", tmp_path)
    assert out.count("the training loss is not finite in epoch 1") == 4
    code, out, _ = bench_cli(*words)
    assert (code, json.loads(out)["trials"]["failed"]) == (1, 4)


def test_packs_take_the_place_of_records(finished, bench_cli, tmp_path):
    _, store, frame = finished
    code, _, _ = bench_cli("records", "pack", "--store", store, "--out", tmp_path)
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.jsonl.gz"]
    _, out, _ = bench_cli("records", "export", "--store", tmp_path)
    assert {json.loads(line)["trial_id"] for line in out.splitlines()} == set(frame["trial_id"])
    assert bench_cli("records", "verify", "--store", store)[0] == 0


def test_the_board_is_built_from_the_records(finished, bench_cli, tmp_path):
    _, store, _ = finished
    code, _, _ = bench_cli("board", "build", "--store", store, "--out", tmp_path / "site", "--no-figures")
    assert code == 0
    for name in ("index.html", "standings.csv", "records.jsonl", "LEADERBOARD.md"):
        assert (tmp_path / "site" / name).stat().st_size > 0
    assert "magnitude" in (tmp_path / "site" / "LEADERBOARD.md").read_text()


def test_export_writes_csv_and_jsonl(finished, bench_cli):
    _, store, _ = finished
    _, out, _ = bench_cli("records", "export", "--store", store, "--format", "csv")
    header, *rows = out.splitlines()
    assert "metrics.accuracy" in header.split(",")
    assert len(rows) == 4
