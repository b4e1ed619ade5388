"""What a suite may say of training, run through real workers: teachers, penalties, averages, networks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bench
from bench.runner.request import RunRequest
from tests.conftest import TINY

TAUGHT = """recipe.finetune.objective = "distillation"
recipe.finetune.objective_params = { form = "compensated", temperature = 2.0, w = 0.75 }
"""
SQUEEZED = """recipe.train.penalties = [
    { objective = "group-lasso", weight = 1e-3 },
    { objective = "l1", weight = 1e-4, params = { target = "hidden" } },
]
recipe.finetune.penalties = [{ objective = "l2", weight = 1e-3 }]
"""
AVERAGED = "recipe.train.ema_decay = 0.9\nrecipe.finetune.ema_decay = 0.9\n"


ONE = TINY.rpartition("[[entry]]")[0].replace("epochs = 1", "epochs = 5")


def run(suite: Path, store: Path):
    frame = bench.run(suite, store=store, request=RunRequest(Path(), jobs=1, progress=False))
    return frame.sort_values("spec.sparsity", ignore_index=True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    (folder / "tiny.toml").write_text(ONE)
    return run(folder / "tiny.toml", folder / "store"), folder / "store"


@pytest.mark.parametrize("words", [TAUGHT, SQUEEZED, AVERAGED], ids=["taught", "squeezed", "averaged"])
def test_a_recipe_changes_the_numbers_and_keeps_the_masks(plain, tmp_path, words):
    suite = tmp_path / "tiny.toml"
    suite.write_text(ONE + words)
    frame, (usual, _) = run(suite, tmp_path / "store"), plain
    assert frame["status"].tolist() == ["ok", "ok"]
    assert frame["metrics.sparsity"].tolist() == usual["metrics.sparsity"].tolist()
    assert (frame["metrics.loss"] != usual["metrics.loss"]).all()
    assert (frame["metrics.accuracy"] > 0.8).all()
    dense = frame["metrics.loss_dense"], usual["metrics.loss_dense"]
    assert (dense[0] == dense[1]).all() == (words == TAUGHT)  # a teacher is there in fine-tuning alone


def test_two_runs_of_a_taught_trial_give_the_same_bits(tmp_path):
    suite = tmp_path / "tiny.toml"
    suite.write_text(ONE + TAUGHT + AVERAGED)
    one, other = (run(suite, tmp_path / name) for name in ("one", "other"))
    assert one["metrics.loss"].tolist() == other["metrics.loss"].tolist()


def test_the_dense_network_teaches_in_every_round(tmp_path):
    losses = {}
    for name, words in (("plain", ""), ("taught", TAUGHT)):
        suite = tmp_path / f"{name}.toml"
        rounds = 'schedule = { name = "iterative", params = { rounds = 2 } }\n'
        suite.write_text(TINY.rpartition("[[entry]]")[0] + rounds + words)
        frame = run(suite, tmp_path / "store")
        assert frame["status"].tolist() == ["ok", "ok"]
        losses[name] = frame["metrics.loss"]
    assert (losses["plain"] != losses["taught"]).all()


def test_fine_tuning_that_diverges_fails_with_its_epoch(bench_cli, write_suite, tmp_path):
    words = ("--set", "finetune.lr=1e30", "--only", "pruner=magnitude", "--store", tmp_path / "store")
    code, out, _ = bench_cli("run", write_suite(), "--json", *words)
    assert code == 1
    assert json.loads(out)["trials"] == {"ok": 0, "cached": 0, "failed": 2, "skipped": 0}
    _, out, _ = bench_cli("records", "list", "--status", "failed", "--store", tmp_path / "store")
    assert out.count("the training loss is not finite in epoch 1") == 2


def test_networks_of_timm_and_a_perceptron_run_by_name(bench_cli, write_suite, tmp_path):
    models = '["timm:mobilenetv3_small_050", { name = "mlp", params = { hidden = [12] } }]'
    suite = write_suite(('["lenet-300-100"]', models), ("sparsity = [0.5, 0.9]", "sparsity = [0.5]"))
    code, out, err = bench_cli("run", suite, "--only", "pruner=magnitude", "--store", tmp_path, "--json")
    assert (code, json.loads(out)["trials"]["ok"]) == (0, 2), err


def test_a_name_that_timm_does_not_know_ends_the_run_with_a_hint(bench_cli, write_suite, tmp_path):
    suite = write_suite(('"lenet-300-100"', '"timm:resnet81"'))
    code, _, err = bench_cli("run", suite, "--store", tmp_path)
    assert code == 2
    assert "has no model 'resnet81'" in err
    assert "hint: did you mean 'resnet" in err
    assert "Traceback" not in err


def test_images_that_a_network_cannot_take_cost_its_trials_alone(bench_cli, write_suite, tmp_path):
    suite = write_suite(('["lenet-300-100"]', '["timm:inception_v3", "lenet-300-100"]'))
    code, out, err = bench_cli("run", suite, "--store", tmp_path, "--json")
    assert (code, json.loads(out)["trials"]) == (1, {"ok": 4, "cached": 0, "failed": 4, "skipped": 0})
    assert "takes no images of 1x8x8" in err


def test_a_plan_refuses_a_lesson_without_a_teacher(bench_cli, write_suite):
    suite = write_suite(("[recipe.train]", '[recipe.train]\nobjective = "distillation"'))
    code, _, err = bench_cli("plan", suite)
    assert code == 2
    assert "objective 'distillation' needs a teacher" in err
