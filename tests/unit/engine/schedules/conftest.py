"""A session in this process, and the trials of the tiny suite under any schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
import torch

from bench.engine.bank.gather import run_alone
from bench.engine.dense import Dense, dense_network
from bench.engine.fold import fold
from bench.engine.requests import Trainee
from bench.engine.schedules.outcome import Outcome
from bench.engine.schedules.play import open_schedule, play
from bench.engine.schedules.scene import Scene
from bench.engine.session import Session
from bench.plan.trials import Trial, plan_trials
from bench.registry.catalog import Catalog
from bench.store.layout import Layout
from bench.suite.load import load_suite

T = TypeVar("T")
SUITE = """
schema = 1
name = "scheduled"
version = "1"
summary = "One schedule on a small network."
{head}

[grid]
task = "digits"
model = "{model}"
seed = 0
sparsity = {sparsity}

[recipe.train]
epochs = 3
batch_size = 128
momentum = 0.9
weight_decay = 1e-3

[recipe.finetune]
epochs = 1

[[entry]]
{entry}
"""


@dataclass
class Stage:
    """Plays trials in this process, in `banks` or not; `told` counts the epochs of trials by stage."""

    catalog: Catalog
    root: Path
    banks: bool = False
    told: list[tuple[str, int]] = field(default_factory=list)

    def trials(
        self, entry: str, *, model: str = "lenet-300-100", sparsity: object = 0.9, head: str = ""
    ) -> list[Trial]:
        path = self.root / "scheduled.toml"
        path.write_text(SUITE.format(entry=entry, model=model, sparsity=sparsity, head=head))
        return plan_trials(load_suite(path, self.catalog), self.catalog)

    def session(self) -> Session:
        return Session(
            catalog=self.catalog,
            device=torch.device("cpu"),
            layout=Layout(self.root / "store"),
            data_root=self.root,
            download=False,
            at=lambda _: None,
            progress=lambda stage, epochs: self.told.append((stage, epochs)),
        )

    def scene(self, trial: Trial) -> tuple[Scene, Dense]:
        session = self.session()
        dense = self.run(dense_network(session, trial))
        return Scene(session, trial, dense.model, lambda: session.progress("finetune", 1)), dense

    def play(self, trial: Trial, *, keep: bool = True) -> Outcome:
        scene, dense = self.scene(trial)
        pruned_at = open_schedule(scene, [trial.spec.sparsity])
        return self.run(play(scene, fold(dense.model), pruned_at, keep=keep))

    def run(self, trainee: Trainee[T]) -> T:
        return run_alone(trainee, banks=self.banks)

    def epochs(self) -> int:
        """How many epochs trials were told to have trained, since last asked."""
        count = sum(epochs for stage, epochs in self.told if stage == "finetune")
        self.told.clear()
        return count


@pytest.fixture
def stage(catalog: Catalog, tmp_path: Path) -> Stage:
    return Stage(catalog, tmp_path)


@pytest.fixture
def entry() -> Callable[..., str]:
    """The lines of an entry: a pruner, and a schedule with its parameters."""

    def lines(schedule: str, pruner: str = "magnitude", scope: str = "global", **params: object) -> str:
        inside = ", ".join(f"{key} = {value!r}" for key, value in params.items())
        return (
            f'pruner = "{pruner}"\nparams.scope = "{scope}"\n'
            f'schedule = {{ name = "{schedule}", params = {{ {inside} }} }}\n'
        )

    return lines


def same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    """Whether two networks have equal states, bit for bit."""
    first, second = one.state_dict(), other.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
