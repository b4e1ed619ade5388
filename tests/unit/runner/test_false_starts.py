"""A worker that dies before it is ready is started again, but not for ever."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.registry.origin import Selection
from bench.runner import pool
from bench.runner.jobs import Queue
from bench.runner.messages import WorkerSettings, receive, send
from bench.runner.spawn import Spawned
from bench.suite.load import load_suite
from tests.unit.store.conftest import ENV


class Process:
    """A process that has been killed."""

    pid, exitcode = 1 << 30, -9

    def kill(self):
        pass

    def join(self, timeout=None):
        pass

    def is_alive(self):
        return False


def works(pipe):
    """What a worker says that finds nothing to do in what it is given."""
    send(pipe, {"event": "ready", "device": "cpu", "env": ENV.model_dump(mode="json")})
    receive(pipe)
    send(pipe, {"event": "done"})


@pytest.fixture
def start(catalog, write_suite, tmp_path, monkeypatch):
    """Runs a queue of one piece of work with workers of which the first so many die as they start."""
    trials = plan_trials(load_suite(write_suite(), catalog), catalog)[:1]
    settings = WorkerSettings(tmp_path, "cpu", 1, Path(), download=False, plugins=Selection(), banks=False)
    started = []

    def begin(deaths):
        def spawn(_):
            ours, theirs = Pipe()
            started.append(theirs)
            if len(started) > deaths:
                Thread(target=works, args=(theirs,), daemon=True).start()
            else:
                theirs.close()
            return Spawned(Process(), ours)

        monkeypatch.setattr(pool, "spawn", spawn)
        options = pool.PoolOptions(settings, jobs=1, timeout=60.0, keep=False)
        pool.Pool(Queue(trials, lambda _: True), options, None, lambda: 1).run()
        return len(started)

    return begin


def test_a_worker_that_was_killed_as_it_started_is_replaced(start):
    assert start(pool.START_TRIES - 1) == pool.START_TRIES


def test_workers_that_never_start_end_the_run(start):
    with pytest.raises(UserError, match="could not start: the worker process was ended by SIGKILL"):
        start(pool.START_TRIES)
