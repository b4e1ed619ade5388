"""Merging, from training to the record: what is pruned and what the curve shows is the merged network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.store.reading import read_records

SUITE = """
schema = 1
name = "merged"
version = "1"
summary = "Units merged, then pruned."
measures = ["accuracy", "sparsity", "merging", { name = "unit-curve", params = { layer = "all" } }]

[grid]
task = "digits"
model = ["lenet-300-100", "resnet8"]
seed = 0
sparsity = [0.0, 0.5]

[recipe.train]
epochs = 2

[recipe.finetune]
epochs = 1

[[entry]]
pruner = "merge"
params = { cosine = 0.4, budget = "units" }

[[entry]]
pruner = "unit-norm"
params = { side = "product", budget = "units" }
"""


def test_merging_runs_from_training_to_the_record(tmp_path: Path, bench_cli: Callable) -> None:
    suite, store = tmp_path / "merged.toml", tmp_path / "store"
    suite.write_text(SUITE, encoding="utf-8")
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1, "--device", "cpu")
    assert code == 0, error
    assert "does not scale with each unit" in error  # resnet8 and its sums
    found = {
        (r.spec.model, r.spec.pruner, r.spec.sparsity): r for r in read_records(store) if r.status == "ok"
    }
    assert ("resnet8", "merge", 0.5) not in found
    assert found["resnet8", "unit-norm", 0.5].metrics["mergeable_units"] is None
    whole, half = (found["lenet-300-100", "merge", sparsity] for sparsity in (0.0, 0.5))
    plain = found["lenet-300-100", "unit-norm", 0.5]
    assert whole.metrics["accuracy_pruned"] != whole.metrics["accuracy_dense"]  # merged, nothing removed
    assert whole.metrics["mask_sparsity"] == 0.0
    assert whole.metrics["sparsity"] > 0.0
    for record, units in ((whole, 400), (half, 200), (plain, 200)):
        curve = record.curves["accuracy_by_units"]
        assert curve[record.curves["units_kept"].index(units)] == record.metrics["accuracy_pruned"]
    merged_alike = {name: half.metrics[name] for name in half.metrics if name.startswith("merg")}
    assert merged_alike.items() <= plain.metrics.items()
    assert merged_alike["merging_silent_units"] == 0
