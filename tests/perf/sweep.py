"""Our side of a sweep: a suite's trials run one after the other in this process, as a worker runs them."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

import bench
from bench.engine.bank.gather import run_alone
from bench.engine.session import Session
from bench.engine.trial import open_job, run_trial
from bench.plan.trials import plan_trials
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.store.layout import Layout
from bench.suite.load import load_suite

LR = 0.05
SUITE = """
schema = 1
name = "perf"
version = "1"
summary = "A sweep to be timed."
measures = ["accuracy", "sparsity"]

[grid]
task = {{ name = "perf-images", params = {{ train = {train}, test = {test} }} }}
model = "{model}"
seed = {seeds}
sparsity = {sparsities}

[recipe.train]
{stage}
[recipe.finetune]
{stage}
[[entry]]
pruner = "magnitude"
{entry}
"""
STAGE = """
epochs = {epochs}
batch_size = 128
lr = {lr}
schedule = "constant"
channels_last = {layout}
"""
IMAGES = Path(__file__).with_name("images.py")


def network(model, seed):
    """A built-in network for images of 28x28, freshly initialised."""
    torch.manual_seed(seed)
    return bench.build("model", model, num_classes=10, in_channels=1, image_size=28)


def write_suite(path, grid, sizes, *, entry="", channels_last=False, epochs=1):
    """Write a sweep over `grid`, that is model, seeds and sparsities; give its path."""
    model, seeds, sparsities = grid
    stage = STAGE.format(epochs=epochs, lr=LR, layout=str(channels_last).lower())
    text = SUITE.format(
        train=sizes[0], test=sizes[1], model=model, seeds=list(seeds),
        sparsities=list(sparsities), stage=stage, entry=entry,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    return path


@dataclass
class Sweep:
    """A planned suite and where its checkpoints go."""

    suite: Path
    store: Path

    def __post_init__(self):
        self.catalog = load_plugins(Selection(which="builtin", files=(IMAGES,)), pytest.fail)
        self.trials = plan_trials(load_suite(self.suite, self.catalog), self.catalog)
        self.session = self.open()

    def open(self):
        """A worker's session, which keeps the data between rounds."""
        return Session(
            catalog=self.catalog,
            device=torch.device("cpu"),
            layout=Layout(self.store),
            data_root=self.store,
            download=False,
            at=lambda _: None,
            progress=lambda stage, epochs: None,
        )

    def data(self):
        """The task's data on the device."""
        return self.session.data(self.trials[0].spec)

    def forget(self):
        """Remove all checkpoints, so that the next round trains again."""
        shutil.rmtree(self.store, ignore_errors=True)

    def run(self):
        """Run all trials; give the accuracies by (seed, sparsity)."""
        found = {}
        for _, group in itertools.groupby(self.trials, key=lambda trial: trial.stages.score):
            trials = list(group)
            job = open_job(self.session, trials)
            for trial in trials:
                metrics = self._played(job, trial).readings.metrics
                found[trial.spec.seed, trial.spec.sparsity] = metrics["accuracy"]
        return found

    def one(self, trial):
        """Run one trial alone."""
        return self._played(open_job(self.session, [trial]), trial)

    def _played(self, job, trial):
        return run_alone(run_trial(job, trial, keep=True), banks=self.session.banks)

    def run_anew(self):
        """Run all trials from nothing."""
        self.forget()
        return self.run()
