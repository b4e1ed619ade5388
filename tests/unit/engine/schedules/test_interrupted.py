"""A trial that is played again after an interruption writes nothing a second time."""

from __future__ import annotations

import pytest

from bench.engine.bank.gather import run_alone
from bench.engine.dense import dense_network
from bench.plan.epochs import epoch_key
from bench.store.artifacts import has_artifact


def facts(path):
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def test_an_epoch_that_an_interrupted_training_left_stays(stage, entry):
    [trial] = stage.trials(entry("one-shot", retrain="weight-rewind", rewind_epoch=1))
    session = stage.session()
    path = session.layout.artifact("epoch", epoch_key(trial.stages.train, 1))

    def interrupt(name, epochs):
        if has_artifact(path):
            raise KeyboardInterrupt

    session.progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        run_alone(dense_network(session, trial, {1}), banks=False)
    left = facts(path)
    run_alone(dense_network(stage.session(), trial, {1}), banks=False)
    assert facts(path) == left


@pytest.mark.parametrize("schedule", ["iterative", "gradual"])
def test_counts_that_an_interrupted_trial_left_stay(stage, entry, schedule):
    [trial] = stage.trials(entry(schedule))
    stage.play(trial)
    [*before] = map(facts, sorted((stage.root / "store" / "artifacts").rglob("*.*")))
    stage.play(trial, keep=False)
    assert [*map(facts, sorted((stage.root / "store" / "artifacts").rglob("*.*")))] == before
