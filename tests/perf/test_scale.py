"""What the harness itself costs a trial: planned, looked up, handed out, supervised and stored.

Milliseconds of CPU of the supervisor, which has one core; on a quiet machine the wall adds what fsync takes.
"""

import time
from statistics import median

import pytest

from bench.plan.trials import Trial, plan_trials
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.runner.jobs import Queue
from bench.runner.request import RunRequest
from bench.runner.run import run_trials
from bench.store import scanning
from bench.store.record import Record
from bench.store.store import Store, to_bytes
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings
from tests.perf import echo

ROUNDS = 5
SPARSITIES = ",".join(f"0.{digit}" for digit in range(1, 10))


@pytest.fixture
def suite(catalog, write_suite, benchmark):
    """Two entries, nine sparsities and 500 seeds; two seeds where nothing is timed."""
    seeds = ",".join(map(str, range(2 if benchmark.disabled else 500)))
    nothing = ("[recipe.train]\nepochs = 1", "[recipe.train]\nepochs = 0")
    path = write_suite(nothing)
    return load_suite(path, catalog, parse_settings([f"seed={seeds}", f"sparsity={SPARSITIES}"]))


@pytest.fixture
def trials(suite, catalog):
    return plan_trials(suite, catalog)


@pytest.fixture
def timed(benchmark):
    """Runs a function several times; says what it cost a trial, in milliseconds of CPU and of the clock."""

    def measure(what, function, count, **setting):
        taken = []

        def once(*given):
            clock, cpu = time.perf_counter(), time.process_time()
            found = function(*given)
            taken.append((time.process_time() - cpu, time.perf_counter() - clock))
            return found

        found = benchmark.pedantic(once, rounds=1 if benchmark.disabled else ROUNDS, **setting)
        cpu, clock = (1000 * median(side) / count for side in zip(*taken, strict=True))
        benchmark.extra_info.update(what=what, trials=count, cpu_ms=round(cpu, 4), clock_ms=round(clock, 4))
        return found

    return measure


def test_planning(timed, suite, catalog, trials):
    assert timed("plan", lambda: plan_trials(suite, catalog), len(trials)) == trials


@pytest.fixture
def stored(trials, tmp_path):
    """A store that has a record of each trial."""
    store = Store.open(tmp_path / "store")
    folder = store.layout.records / trials[0].suite.name
    folder.mkdir(parents=True)
    for trial in trials:
        record = Record.model_validate(echo.record(trial.plain()))
        (folder / f"{trial.trial_id}.json").write_bytes(to_bytes(record))
    return store


@pytest.mark.parametrize("noted", [False, True])
def test_looking_up_what_is_done(timed, trials, stored, noted, monkeypatch):
    monkeypatch.setattr(scanning, "_SETTLED", -(10**15))
    ids = [trial.trial_id for trial in trials]
    name = trials[0].suite.name
    assert stored.done(name, ids, note=noted) == set(ids)
    what = "scan, records noted" if noted else "scan, records read"
    assert timed(what, lambda: stored.done(name, ids), len(ids)) == set(ids)


@pytest.mark.parametrize("banks", [False, True])
def test_handing_out(timed, trials, banks):
    def drain():
        queue = Queue(trials, lambda trial: False, banks=banks)
        handed = 0
        while (item := queue.next()) is not None:
            queue.finished(item)
            for key in item.gives:
                queue.trained(key)
            handed += len(item.trials) if item.kind == "trials" else 0
        return handed

    assert timed(f"queue{', banks' if banks else ''}", drain, len(trials)) == len(trials)


def test_telling_a_worker(timed, trials):
    def there_and_back():
        return [Trial.from_plain(trial.plain()) for trial in trials]

    assert timed("trial to a worker", there_and_back, len(trials)) == trials


def test_storing(timed, trials, tmp_path):
    records = [Record.model_validate(echo.record(trial.plain())) for trial in trials[:500]]
    store = Store.open(tmp_path / "store")
    timed("record written, fsync and all", lambda: [store.write(record) for record in records], len(records))
    assert store.done(trials[0].suite.name, [trial.trial_id for trial in trials]) == {
        record.trial_id for record in records
    }


def test_supervising_workers_that_do_nothing(timed, suite, trials, tmp_path, monkeypatch):
    monkeypatch.setattr("bench.runner.entry.serve", echo.serve)
    plugins = Selection(which="builtin")
    catalog = load_plugins(plugins, pytest.fail)
    some = trials[:1800]
    stores = (tmp_path / str(number) for number in range(ROUNDS))

    def run():
        request = RunRequest(store=next(stores), jobs=2, banks=False, progress=False)
        return run_trials(suite, some, request, catalog, plugins)

    summary = timed("supervisor, all of it", run, len(some))
    assert (summary.ok, summary.failed) == (len(some), 0)
