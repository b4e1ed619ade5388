"""Pieces of work: what a worker does in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.plan.trials import Trial

Kind = Literal["train", "teach", "trials"]


@dataclass(frozen=True)
class WorkItem:
    """What a worker does in one go: train dense networks, make a teacher of one, or run trials.

    Without a `bank` it is one network, or the trials of one scoring pass; with one, the key that all of
    its trials have in common, it may be more.
    `epochs` are, for each network to be trained, those after which some trial will want it back.
    """

    kind: Kind
    trials: tuple[Trial, ...]
    bank: str | None = None
    epochs: tuple[tuple[int, ...], ...] = ()

    @property
    def train_keys(self) -> tuple[str, ...]:
        """The dense networks' keys, each once."""
        return tuple(dict.fromkeys(trial.stages.train for trial in self.trials))

    @property
    def gives(self) -> tuple[str, ...]:
        """The keys of the networks that it leaves for other work to begin with, each once."""
        if self.kind == "trials":
            return ()
        return self.train_keys if self.kind == "train" else (self.trials[0].stages.finetune,)

    @property
    def names(self) -> tuple[str, ...]:
        """What is claimed with it, each once."""
        return tuple(dict.fromkeys(claim_of(self.kind, trial) for trial in self.trials))

    @property
    def is_gathered(self) -> bool:
        """Whether it is more than one network, or more than the trials of one scoring pass."""
        keys = {trial.stages.train if self.kind == "train" else trial.stages.score for trial in self.trials}
        return len(keys) > 1


def claim_of(kind: Kind, trial: Trial) -> str:
    """What a process claims that is at a dense network, at making a teacher of it, or at a scoring pass."""
    match kind:
        case "train":
            return f"train:{trial.stages.train}"
        case "teach":
            return f"teach:{trial.stages.finetune}"
        case "trials":
            return f"trials:{trial.suite.name}:{trial.stages.score}"
