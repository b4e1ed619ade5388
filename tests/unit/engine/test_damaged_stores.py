"""Whatever happens to the artifacts of a store, trials that find them give what they gave before."""

from __future__ import annotations

import shutil
from itertools import cycle, islice
from pathlib import Path

import pytest
import torch

from bench.engine.bank.gather import run_alone
from bench.engine.opened import OpenJobs
from bench.engine.session import Session
from bench.plan.trials import plan_trials
from bench.store.artifacts import read_artifact
from bench.store.layout import Layout
from bench.suite.load import load_suite
from tests.damage import DAMAGES

SUITE = """
schema = 1
name = "damaged"
version = "1"
summary = "Everything that leaves artifacts."

[grid]
task = "digits"
model = { name = "mlp", params.hidden = [12] }
seed = [0, 1]
sparsity = 0.75

[teacher]
model = { name = "mlp", params.hidden = [16] }
pruner = "magnitude"
sparsity = 0.5
recipe.train.epochs = 1
recipe.finetune.epochs = 1

[recipe.train]
epochs = 2
objective = "logit-matching"
batch_size = 512

[recipe.finetune]
epochs = 1
batch_size = 512

[[entry]]
pruner = "magnitude"

[[entry]]
pruner = "magnitude"
schedule = { name = "iterative", params = { rounds = 3, retrain = "weight-rewind", rewind_epoch = 1 } }
control = "layer-matched"

[[entry]]
pruner = "magnitude"
schedule = { name = "gradual", params = { every = 2 } }

[[entry]]
pruner = "random"
schedule = { name = "rigl", params = { every = 2 } }
"""
STAGES = ("counts", "epoch", "finetune", "round", "teacher", "train")
SPARED_BY = {"epoch": "round", "train": "teacher"}


class Store:
    """A store on which the suite is run in this process, without records, as often as is asked."""

    def __init__(self, root: Path, catalog) -> None:
        suite = root / "damaged.toml"
        suite.write_text(SUITE)
        self._catalog = catalog
        self._trials = plan_trials(load_suite(suite, catalog), catalog)
        self.root = root
        self.epochs = 0
        self.undisturbed = self.run()
        shutil.copytree(root / "store", root / "sound")

    def run(self) -> list[object]:
        """What the trials give that two runs share to the bit; `epochs` then counts what they trained."""
        self.epochs = 0
        session = Session(
            catalog=self._catalog,
            device=torch.device("cpu"),
            layout=Layout(self.root / "store"),
            data_root=self.root,
            download=False,
            at=lambda _: None,
            progress=self._count,
        )
        jobs = OpenJobs(session, self._trials, keep=True)
        results = [run_alone(jobs.work(trial, session), banks=False) for trial in self._trials]
        return [
            (
                one.readings.metrics,
                one.readings.per_layer,
                {name: mask.tolist() for name, mask in one.masks.items()},
            )
            for one in results
        ]

    def artifacts(self, stage: str) -> list[Path]:
        return sorted((self.root / "store" / "artifacts" / stage).glob("*.safetensors"))

    def sound(self, path: Path) -> Path:
        """An artifact as it was when nothing had happened to it."""
        return self.root / "sound" / path.relative_to(self.root / "store")

    def _count(self, _: str, epochs: int) -> None:
        self.epochs += epochs


@pytest.fixture(scope="module")
def store(tmp_path_factory, catalog):
    torch.set_num_threads(1)  # as for each test, but before the first
    return Store(tmp_path_factory.mktemp("damaged"), catalog)


def test_a_sound_store_is_read_and_nothing_trained(store):
    assert all(store.artifacts(stage) for stage in STAGES)
    assert store.run() == store.undisturbed
    assert store.epochs == 0


@pytest.mark.parametrize("stage", STAGES)
def test_results_stand_whatever_was_done_to_a_stage(store, stage):
    """All of the stage's artifacts are hit at a time, and what would spare them is taken away."""
    paths = store.artifacts(stage)
    for first in range(0, len(DAMAGES), len(paths)):
        damages = islice(cycle(DAMAGES.values()), first, None)
        for number, (path, damage) in enumerate(zip(paths, damages, strict=False)):
            damage(path, store.sound(paths[number - 1]))
        if stage in SPARED_BY:
            shutil.rmtree(store.artifacts(SPARED_BY[stage])[0].parent)
        assert store.run() == store.undisturbed
        assert [path for path in paths if read_artifact(path) is None] == []


def test_results_stand_after_every_artifact_of_every_stage_was_swapped(store):
    for stage in STAGES:
        paths = store.artifacts(stage)
        contents = [(path.read_bytes(), path.with_suffix(".json").read_bytes()) for path in paths]
        for path, (tensors, facts) in zip(paths, contents[1:] + contents[:1], strict=True):
            path.write_bytes(tensors)
            path.with_suffix(".json").write_bytes(facts)
    assert store.run() == store.undisturbed
