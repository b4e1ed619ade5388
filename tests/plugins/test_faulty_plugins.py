"""Faults of a plugin as a whole, each caught by the check meant for it."""

from __future__ import annotations

import pytest

from bench.testing import conformance_checks, report

SOUND = """
import bench


def score(given):
    return {{name: layer.weight.abs() for name, layer in given.layers.items()}}


@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(
        name="{name}",
        summary="By magnitude.",
        build=lambda params: score,
    )
"""
FAULTS = {
    "cannot be imported": ("import nowhere\n", "sound", "loads-with-the-others", "No module named 'nowhere'"),
    "calls sys.exit on import": ("raise SystemExit(3)\n", "sound", "loads-with-the-others", "SystemExit: 3"),
    "imports torch": ("import torch\n", "sound", "is-light-to-import", "its entry module imports torch"),
    "loads only beside others": (
        "import sys\nassert 'bench.testing' in sys.modules\n",
        "sound",
        "loads-alone",
        "alone it raised AssertionError",
    ),
    "takes a built-in's name": ("", "magnitude", "keeps-its-names", "pruner 'magnitude'"),
    "uses an unknown hook": (
        "import bench\n@bench.hookimpl\ndef bench_optimizers():\n    return []\n",
        "sound",
        "loads-with-the-others",
        "hooks that this prunebench does not have: bench_optimizers",
    ),
}


def failures(path):
    checks = conformance_checks("plugin-file", files=[path])
    return [finding for finding in report(checks) if finding.outcome == "FAIL"]


@pytest.mark.parametrize("label", FAULTS)
def test_a_fault_of_a_plugin_is_caught_by_the_check_meant_for_it(label, tmp_path):
    before, name, check, sees = FAULTS[label]
    path = tmp_path / "plugin.py"
    path.write_text(f"# {label}\n{before}{SOUND.format(name=name)}")
    [finding] = failures(path)
    assert (finding.kind, finding.check) == ("plugin", check)
    assert sees in finding.detail


def test_a_plugin_without_hooks_offers_nothing(tmp_path):
    path = tmp_path / "idle.py"
    path.write_text("x = 1\n")
    [finding] = failures(path)
    assert finding.check == "offers-something"


def test_a_plugin_that_only_observes_offers_something(tmp_path):
    path = tmp_path / "observer.py"
    path.write_text("import bench\n\n@bench.hookimpl\ndef bench_trial_finished(record):\n    pass\n")
    assert failures(path) == []


def test_the_sound_plugin_passes(tmp_path):
    path = tmp_path / "sound.py"
    path.write_text(SOUND.format(name="sound"))
    assert failures(path) == []
