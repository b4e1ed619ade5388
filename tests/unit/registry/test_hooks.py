"""Each hook takes components of its kind into the catalog, and of no other."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from bench.registry.hookspecs import OBSERVER_HOOKS, REGISTRY_HOOKS
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection

CLASS_OF = {
    "bench_pruners": "Pruner",
    "bench_parametrizations": "Parametrization",
    "bench_models": "Model",
    "bench_tasks": "Task",
    "bench_objectives": "Objective",
    "bench_measures": "Measure",
    "bench_analyses": "Analysis",
    "bench_suites": "Suite",
    "bench_figures": "Figure",
    "bench_executors": "Executor",
}
SOURCE = """
    from pathlib import Path

    import bench

    @bench.hookimpl
    def {hook}():
        yield bench.{name}(name="mine", summary="s", build=len{more})
"""


def write(folder: Path, hook: str, name: str) -> Path:
    path = folder / "one_hook.py"
    more = ', path=Path("mine.toml")' if name == "Suite" else ""
    path.write_text(dedent(SOURCE.format(hook=hook, name=name, more=more)), encoding="utf-8")
    return path


def test_the_table_has_every_hook() -> None:
    assert set(CLASS_OF) == set(REGISTRY_HOOKS)
    assert OBSERVER_HOOKS == ("bench_trial_started", "bench_trial_finished")


@pytest.mark.parametrize("hook", CLASS_OF)
def test_a_hook_takes_its_own_kind(hook: str, tmp_path: Path) -> None:
    path = write(tmp_path, hook, CLASS_OF[hook])
    catalog = load_plugins(Selection(which="none", files=(path,)), pytest.fail)
    assert list(catalog.offers) == [(REGISTRY_HOOKS[hook], "mine")]


@pytest.mark.parametrize("hook", CLASS_OF)
def test_a_hook_refuses_every_other_kind(hook: str, tmp_path: Path) -> None:
    for other in set(CLASS_OF) - {hook}:
        lines: list[str] = []
        path = write(tmp_path, hook, CLASS_OF[other])
        catalog = load_plugins(Selection(which="none", files=(path,)), lines.append)
        assert not catalog.offers
        [line] = lines
        assert line.endswith(f"its {hook} returned a {CLASS_OF[other]} where bench.{CLASS_OF[hook]} is due")
