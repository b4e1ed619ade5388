"""Spectral networks pruned by eigenvalues, from training to the record, beside direct ones by norm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.store.reading import read_records

SUITE = """
schema = 1
name = "units"
version = "1"
summary = "Units of spectral and direct networks."
measures = ["accuracy", "sparsity"]

[grid]
task = "digits"
model = ["lenet-300-100", "lenet-5", "resnet8"]
seed = 0
sparsity = 0.6

[recipe.train]
epochs = 1

[recipe.finetune]
epochs = 1

[[entry]]
pruner = "eigenvalue"

[entry.parametrization]
name = "spectral"
params = { eigenvalue_lr = 2.0 }

[entry.recipe.train]
penalties = [
  { objective = "eigenvalue-l2", weight = 5e-4 },
  { objective = "eigenvector-l2", weight = 1e-4, params = { layers = "first" } },
]

[[entry]]
pruner = "eigenvalue"

[[entry]]
pruner = "unit-norm"
params.budget = "units"
"""


def test_eigenvalue_pruning_runs_from_training_to_the_record(tmp_path: Path, bench_cli: Callable) -> None:
    pytest.importorskip("torch_pruning")
    suite, store = tmp_path / "units.toml", tmp_path / "store"
    suite.write_text(SUITE, encoding="utf-8")
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1, "--device", "cpu")
    assert code == 0, error
    assert "it needs the parametrization 'spectral'" in error
    assert bench_cli("records", "verify", "--store", store)[0] == 0
    records = list(read_records(store))
    found = {(r.spec.model, r.spec.parametrization, r.spec.pruner): r for r in records}
    assert len(found) == 6  # what is unsupported leaves its reason, but no record of numbers
    for model in ("lenet-300-100", "lenet-5", "resnet8"):
        spectral = found[model, "spectral", "eigenvalue"]
        assert spectral.status == "ok"
        assert spectral.metrics["mask_sparsity"] == pytest.approx(0.6, abs=0.02)
        assert spectral.metrics["sparsity"] == spectral.metrics["mask_sparsity"]  # and nothing came back
        assert spectral.metrics["accuracy_dense"] > 0.3
        assert (model, "direct", "eigenvalue") not in found
        by_units = found[model, "direct", "unit-norm"]
        assert by_units.metrics["mask_sparsity"] > 0.62
