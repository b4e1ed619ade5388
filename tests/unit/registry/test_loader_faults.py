"""Every way in which one plugin can be broken costs one clear line, and nobody else anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from textwrap import dedent

import pytest

from bench.cli import invoke
from bench.errors import UserError
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection

WHO = "plugin 'acme' of bench-acme 1.0"
HEAD = "import bench\n"
FAULTS = {
    "import error": (
        "import no_such_module",
        "is quarantined: importing it raised ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "exit on import": (
        "raise SystemExit(3)",
        "is quarantined: importing it raised SystemExit: 3",
    ),
    "syntax error": (
        "def bench_pruners(:",
        "is quarantined: importing it raised SyntaxError: invalid syntax (bench_acme.py, line 1)",
    ),
    "an exception that cannot say what it is": (
        "class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Mute",
        "is quarantined: importing it raised Mute",
    ),
    "bad hook signature": (
        HEAD + "@bench.hookimpl\ndef bench_pruners(catalog):\n    return []",
        (
            "is quarantined: its bench_pruners does not fit: Argument(s) {'catalog'} are declared in the "
            "hookimpl but can not be found in the hookspec"
        ),
    ),
    "raising hook": (
        HEAD + "@bench.hookimpl\ndef bench_pruners():\n    raise TypeError('no licence')",
        "is quarantined: its bench_pruners raised TypeError: no licence",
    ),
    "exiting hook": (
        HEAD + "@bench.hookimpl\ndef bench_pruners():\n    raise SystemExit",
        "is quarantined: its bench_pruners raised SystemExit",
    ),
    "generator that raises midway": (
        HEAD
        + "@bench.hookimpl\ndef bench_pruners():\n"
        + "    yield bench.Pruner(name='early', summary='s', build=len)\n    1 / 0",
        "is quarantined: its bench_pruners raised ZeroDivisionError: division by zero",
    ),
    "no iterable": (
        HEAD
        + "@bench.hookimpl\ndef bench_pruners():\n"
        + "    return bench.Pruner(name='one', summary='s', build=len)",
        "is quarantined: its bench_pruners returned a Pruner where an iterable of bench.Pruner is due",
    ),
    "forgotten return": (
        HEAD + "@bench.hookimpl\ndef bench_models():\n    []",
        "is quarantined: its bench_models returned a NoneType where an iterable of bench.Model is due",
    ),
    "wrong class": (
        HEAD
        + "@bench.hookimpl\ndef bench_pruners():\n"
        + "    yield bench.Measure(name='one', summary='s', build=len)",
        "is quarantined: its bench_pruners returned a Measure where bench.Pruner is due",
    ),
    "constructor that raises": (
        HEAD
        + "@bench.hookimpl\ndef bench_pruners():\n    yield bench.Pruner(name='No', summary='s', build=len)",
        (
            "is quarantined: its bench_pruners raised ValueError: pruner name 'No': lower case, digits, '.', "
            "'_', '-', at most 64"
        ),
    ),
    "unknown argument": (
        HEAD + "@bench.hookimpl\ndef bench_pruners():\n    yield bench.Pruner(nme='x')",
        (
            "is quarantined: its bench_pruners raised TypeError: Pruner.__init__() got an unexpected keyword "
            "argument 'nme'"
        ),
    ),
    "hook of a newer version": (
        HEAD + "@bench.hookimpl\ndef bench_schedulers():\n    return []",
        (
            "is quarantined: it uses hooks that this prunebench does not have: bench_schedulers; "
            "upgrade prunebench"
        ),
    ),
    "wrapped hook": (
        HEAD + "@bench.hookimpl(wrapper=True)\ndef bench_pruners():\n    return (yield)",
        "is quarantined: it wraps bench_pruners; hooks here are called alone and cannot be wrapped",
    ),
    "nothing marked": (
        HEAD + "def bench_pruners():\n    return []",
        "is of no use: it offers no component and observes nothing; mark its hooks with bench.hookimpl",
    ),
    "nothing offered": (
        HEAD + "@bench.hookimpl\ndef bench_pruners():\n    return []",
        "is of no use: it offers no component and observes nothing; mark its hooks with bench.hookimpl",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one_line_that_names_distribution_and_version(fault: str, install: Callable) -> None:
    source, words = FAULTS[fault]
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    lines: list[str] = []
    catalog = load_plugins(Selection(), lines.append)
    assert lines == [f"{WHO} {words}"]
    assert catalog.get("pruner", "magnitude").name == "magnitude"
    assert not [offer for offer in catalog.offers.values() if offer.origin.distribution == "bench-acme"]
    hooks = (getattr(catalog.manager.hook, name) for name in ("bench_pruners", "bench_models"))
    if "quarantined" in words:
        assert all(i.plugin_name != "bench-acme:acme" for hook in hooks for i in hook.get_hookimpls())


@pytest.mark.parametrize("fault", FAULTS)
def test_lists_still_work_beside_each_fault(fault: str, install: Callable, capsys) -> None:
    source, words = FAULTS[fault]
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    assert invoke(["list", "pruners"]) == 0
    shown = capsys.readouterr()
    assert "magnitude" in shown.out
    assert shown.err == f"warning: {WHO} {words}\n"
    assert invoke(["list", "plugins", "--json"]) == 0
    states = {row["name"]: row["summary"] for row in json.loads(capsys.readouterr().out)}
    assert states["prunebench:magnitude"] == "loaded"
    assert words.partition(": ")[2] in states["bench-acme:acme"]


@pytest.mark.parametrize("fault", FAULTS)
def test_strict_makes_each_fault_an_error(fault: str, install: Callable, capsys) -> None:
    source, words = FAULTS[fault]
    install("bench-acme", {"bench_acme": source}, {"acme": "bench_acme"})
    assert invoke(["list", "--strict-plugins"]) == 2
    assert capsys.readouterr().err.startswith(f"error: {WHO} {words}\nhint: mend or disable the plugin")


def test_a_suite_that_needs_a_quarantined_component_stops_before_any_work(
    install: Callable, tmp_path, capsys
) -> None:
    install("bench-acme", {"bench_acme": "import no_such_module"}, {"acme": "bench_acme"})
    suite = tmp_path / "needs.toml"
    suite.write_text(
        dedent("""
        schema = 1
        name = "needs"
        version = "1"
        summary = "Needs a pruner whose plugin is broken."
        [grid]
        task = "digits"
        model = "lenet-300-100"
        seed = 0
        sparsity = 0.5
        [[entry]]
        pruner = "acme-magic"
        """),
        encoding="utf-8",
    )
    store = tmp_path / "store"
    assert invoke(["run", str(suite), "--store", str(store)]) == 2
    warning, error, hint = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"warning: {WHO} is quarantined")
    assert error == f"error: {suite}: [[entry]] 1: unknown pruner 'acme-magic'"
    assert hint.startswith("hint: known: ")
    assert ", magnitude, " in hint
    assert f"; not loaded: {WHO} (quarantined: importing it raised ModuleNotFoundError: " in hint
    assert not store.exists()


def test_a_suite_never_falls_back_to_a_plugin_that_was_disabled(install: Callable, pruner_source) -> None:
    install("bench-acme", {"bench_acme": pruner_source("acme-magic")}, {"acme": "bench_acme"})
    catalog = load_plugins(Selection(disabled=("bench-acme",)), lambda _: None)
    with pytest.raises(UserError) as raised:
        catalog.get("pruner", "acme-magic")
    assert f"not loaded: {WHO} (disabled: disabled by the user)" in raised.value.hint
