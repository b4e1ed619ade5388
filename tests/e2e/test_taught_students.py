"""The CIFAR-100 suite of dark knowledge: it plans without data, and its tiny form runs to its claims."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from bench.store.reading import read_records

SUITE = "dark-knowledge-cifar100"
FILE = Path(__file__).parents[2] / "suites" / f"{SUITE}.toml"
TINY = """
schema = 1
name = "taught"
version = "1"
summary = "Students of another network, in seconds."
measures = ["accuracy", { name = "distilled-student", params = { temperatures = [4] } }]
[grid]
task = "digits"
model = "resnet8"
seed = [0]
sparsity = [0.0]
[teacher]
model = { name = "cifar-resnet", params = { blocks = [1, 1], widths = [4, 8] } }
seed = 0
recipe.train = { epochs = 1, lr = 0.05 }
[recipe.train]
epochs = 1
lr = 0.05
[recipe.finetune]
epochs = 0
[[entry]]
pruner = "none"
"""
TAUGHT = """
[[entry]]
pruner = "none"
recipe.train.objective = "distillation"
recipe.train.objective_params = { form = "normalised", temperature = 4.0, w = %s }
"""
CLAIM = """
[[claim]]
id = "%s"
source = "s"
statement = "t"
analysis = "distilled-prediction"
params.estimator = "%s"
expected = "reported"
"""


def test_it_plans_without_data(bench_cli, tmp_path):
    code, out, _ = bench_cli("plan", SUITE, "--store", tmp_path / "store")
    assert code == 0
    assert "122 trials" in out
    assert "1 teachers" in out


def test_its_teacher_and_grid_are_those_of_the_specification():
    suite = tomllib.loads(FILE.read_text("utf-8"))
    assert suite["teacher"]["model"]["params"] == {"blocks": [2, 2, 2, 2], "widths": [20, 40, 80, 160]}
    taught = [entry["recipe"]["train"]["objective_params"] for entry in suite["entry"][1:]]
    assert {one["temperature"] for one in taught} == {1.0, 2.0, 4.0, 8.0}
    assert {round(one["w"], 3) for one in taught} == {0.333, 0.667, 0.889, 1.0}
    assert len(suite["grid"][0]["seed"]) == 10


def test_a_tiny_form_runs_from_its_teacher_to_its_claims(bench_cli, tmp_path):
    suite, store = tmp_path / "taught.toml", tmp_path / "store"
    entries = "".join(TAUGHT % share for share in ("0.3333333333333333", "0.6666666666666666", "1.0"))
    claims = "".join(CLAIM % (name, name) for name in ("no-change", "eq11", "chi-soft", "form12"))
    suite.write_text(TINY + entries + claims, encoding="utf-8")
    code, out, error = bench_cli("run", suite, "--store", store, "--jobs", "1", "--device", "cpu", "--json")
    assert (code, json.loads(out)["trials"]["ok"]) == (0, 4), error
    records = list(read_records(store))
    assert {record.metrics["distilled_teacher_parameters"] for record in records} == {1_382}
    assert len({record.metrics["distilled_teacher_accuracy"] for record in records}) == 1
    code, out, error = bench_cli("claims", suite, "--store", store, "--json")
    assert code == 0, error
    assert None not in [claim["measured"] for claim in json.loads(out)]
