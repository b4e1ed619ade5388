"""A record as a run leaves it, made without running."""

from __future__ import annotations

import pytest

from bench.plan.trials import plan_trials
from bench.store.record import Environment, Record
from bench.suite.load import load_suite

ENV = Environment(
    python="3.11.7",
    torch="2.11.0",
    device="cpu",
    cpu="a cpu",
    os="Linux x86_64",
    threads=1,
    prunebench="0.1.0",
)


@pytest.fixture
def make_record(catalog, write_suite):
    """Builds the record of the tiny suite's trial `index`, with `changes` of its fields."""
    trials = plan_trials(load_suite(write_suite(), catalog), catalog)

    def make(index: int = 0, **changes) -> Record:
        trial = trials[index]
        fields = {
            "schema": 1,
            "trial_id": trial.trial_id,
            "status": "ok",
            "suite": trial.suite,
            "spec": trial.spec,
            "components": dict(trial.components),
            "metrics": {"accuracy": 0.5, "sparsity": 0.5, "zeros": 2, "weights": 4},
            "per_layer": [{"name": "fc", "shape": [2, 2], "weights": 4, "zeros": 2, "sparsity": 0.5}],
            "timing": {"train": 1.0, "prune": 0.1, "finetune": 0.5, "measure": 0.1},
            "env": ENV,
            "started": "2026-01-01T00:00:00.000+00:00",
            "finished": "2026-01-01T00:00:02.000+00:00",
        }
        return Record.model_validate(fields | changes)

    return make
