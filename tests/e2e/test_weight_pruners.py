"""All weight pruners and budgets in one suite, as a user runs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.store.reading import parse_record, read_records
from bench.store.record import Record

SCORED = ("magnitude", "lamp", "snip", "grasp", "taylor", "fisher", "movement", "wanda")
SCOPES = ["erk", "uniform-plus", "global"]
SUITE = """
schema = 1
name = "weights"
version = "1"
summary = "Every weight pruner once."

[grid]
task = ["digits"]
model = ["lenet-5"]
seed = [0]
sparsity = [0.5, 0.999]

[recipe.train]
epochs = 1
[recipe.finetune]
epochs = 0

[[entry]]
pruner = "synflow"
params.rounds = 10

[[entry]]
pruner = "n-m"
""" + "".join(
    f'\n[[entry]]\npruner = "{name}"\nparams.scope = {SCOPES if name == "magnitude" else SCOPES[:1]}\n'
    for name in SCORED
)


@pytest.fixture
def records(tmp_path: Path, bench_cli: Callable) -> list[Record]:
    suite, store = tmp_path / "weights.toml", tmp_path / "store"
    suite.write_text(SUITE, encoding="utf-8")
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1, "--device", "cpu")
    assert code == 0, error
    failures = [parse_record(path.read_bytes(), path.name) for path in store.glob("failures/*/*.json")]
    return [*read_records(store), *failures]


def test_every_pruner_reaches_the_sparsity_or_says_why_not(records: list[Record]) -> None:
    assert len(records) == 2 * (2 + len(SCORED) + 2)
    for record in records:
        spec = record.spec
        declines = spec.sparsity == 0.999 and (spec.pruner == "n-m" or spec.params["scope"] == "uniform-plus")
        assert record.status == ("unsupported" if declines else "ok"), (spec.pruner, record.status)
        if record.status == "ok":
            due = round(spec.sparsity * record.metrics["weights"])
            assert record.metrics["mask_zeros"] == due, spec.pruner
    zeros = {
        record.spec.pruner: tuple(layer.zeros for layer in record.per_layer)
        for record in records
        if record.spec.params["scope"] == "erk" and record.spec.sparsity == 0.5
    }
    assert set(zeros) == set(SCORED)
    assert len(set(zeros.values())) == 1
