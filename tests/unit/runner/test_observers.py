"""Observers are told of trials; one that raises is named once and stops nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from bench.plan.trials import Trial, plan_trials
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.runner.observers import Observers
from bench.runner.records import failed_record, now
from bench.store.record import Fault, Record
from bench.suite.load import load_suite

LISTENER = """
    import bench

    heard = []

    @bench.hookimpl
    def bench_trial_started({started}):
        heard.append(("started", [{started}]))

    @bench.hookimpl
    def bench_trial_finished(record):
        heard.append(("finished", record["status"]))
"""
RAISING = """
    import bench

    calls = []

    @bench.hookimpl
    def bench_trial_started(trial_id):
        calls.append(trial_id)
        raise {raised}

    @bench.hookimpl
    def bench_trial_finished(record):
        calls.append("finished")
"""

COUNTED = """
import bench
from pathlib import Path

def score(given):
    if {raises}:
        raise RuntimeError("no")
    return {{name: layer.weight.abs() for name, layer in given.layers.items()}}

@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(name="counted", summary="s", build=lambda _: score)

@bench.hookimpl
def bench_trial_started(trial_id):
    with Path("log").open("a") as log:
        log.write(f"started {{trial_id}}\\n")

@bench.hookimpl
def bench_trial_finished(record):
    with Path("log").open("a") as log:
        log.write(f"finished {{record['trial_id']}}\\n")
"""


def observing(folder: Path, **sources: str) -> Catalog:
    files = []
    for name, source in sources.items():
        files.append(folder / f"{name}.py")
        files[-1].write_text(dedent(source), encoding="utf-8")
    return load_plugins(Selection(which="builtin", files=tuple(files)), pytest.fail)


def module(catalog: Catalog, name: str) -> object:
    return catalog.manager.get_plugin(f"plugin-file:{name}")


@pytest.fixture
def trials(catalog: Catalog) -> list[Trial]:
    return plan_trials(load_suite("digits", catalog), catalog)[:3]


def record_of(trial: Trial) -> Record:
    return failed_record(trial, "failed", None, now(), Fault(kind="X", message="x"))


@pytest.mark.parametrize("asked", ["trial_id", "spec", "spec, trial_id"])
def test_an_observer_is_given_what_it_asks_for(asked: str, tmp_path: Path, trials: list[Trial]) -> None:
    found = observing(tmp_path, listener=LISTENER.format(started=asked))
    observers = Observers(found, pytest.fail)
    observers.started(trials[0])
    observers.finished(record_of(trials[0]))
    facts = {"trial_id": trials[0].trial_id, "spec": trials[0].spec.model_dump(mode="json")}
    expected = [facts[word] for word in asked.split(", ")]
    assert module(found, "listener").heard == [("started", expected), ("finished", "failed")]


def test_one_that_raises_is_named_once_and_the_others_hear_everything(
    tmp_path: Path, trials: list[Trial]
) -> None:
    found = observing(
        tmp_path,
        first=LISTENER.format(started="trial_id"),
        raising=RAISING.format(raised="OSError('disk full')"),
        last=LISTENER.format(started="trial_id"),
    )
    lines: list[str] = []
    observers = Observers(found, lines.append)
    for trial in trials:
        observers.started(trial)
        observers.finished(record_of(trial))
    assert lines == [
        "plugin 'plugin-file:raising': its bench_trial_started raised OSError: disk full; not called again"
    ]
    everything = [
        fact for trial in trials for fact in (("started", [trial.trial_id]), ("finished", "failed"))
    ]
    assert module(found, "first").heard == everything
    assert module(found, "last").heard == everything
    assert module(found, "raising").calls == [trials[0].trial_id, *["finished"] * 3]


def test_one_that_calls_exit_does_not_end_the_run(tmp_path: Path, trials: list[Trial]) -> None:
    lines: list[str] = []
    Observers(observing(tmp_path, bad=RAISING.format(raised="SystemExit")), lines.append).started(trials[0])
    assert lines == ["plugin 'plugin-file:bad': its bench_trial_started raised SystemExit; not called again"]


def test_ctrl_c_in_an_observer_still_interrupts(tmp_path: Path, trials: list[Trial]) -> None:
    found = observing(tmp_path, slow=RAISING.format(raised="KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        Observers(found, pytest.fail).started(trials[0])


def test_what_one_observer_changes_no_other_sees(tmp_path: Path, trials: list[Trial]) -> None:
    vandal = """
        import bench

        @bench.hookimpl
        def bench_trial_started(spec):
            spec.clear()

        @bench.hookimpl
        def bench_trial_finished(record):
            record.clear()
    """
    found = observing(tmp_path, a_vandal=vandal, b=LISTENER.format(started="spec"), c_vandal=vandal)
    observers = Observers(found, pytest.fail)
    record = record_of(trials[0])
    observers.started(trials[0])
    observers.finished(record)
    spec = trials[0].spec.model_dump(mode="json")
    assert module(found, "b").heard == [("started", [spec]), ("finished", "failed")]
    assert record.plain()["status"] == "failed"


@pytest.mark.parametrize("raises", [False, True])
def test_each_trial_of_a_run_is_announced_once_and_ends_once(
    raises: bool, tmp_path: Path, write_suite: Callable, bench_cli: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "counted.py"
    plugin.write_text(COUNTED.format(raises=raises), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    suite = write_suite(('pruner = "random"', 'pruner = "counted"'))
    code, _, _ = bench_cli("run", suite, "--store", "store", "--jobs", 1, "--plugin-file", plugin)
    assert code == int(raises)
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 8
    for started in (line for line in lines if line.startswith("started ")):
        assert lines.index(started) < lines.index(started.replace("started", "finished"))
