"""Suites, stores and data lie where they will: paths with spaces, signs, no ASCII, or very many letters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import TINY
from tests.plugins.pictures import write_idx
from tests.processes import bench

PUBLISHED = Path(__file__).parents[2] / "leaderboard" / "records" / "digits.jsonl.gz"

NAMES = {
    "spaces": " a folder  of mine ",
    "letters": "größe-日本語-🙂",
    "signs": 'it\'s $HOME; `x` "y" %s {z} [a]*?',
    "dash": "-store",
    "newline": "two\nlines",
    "long": "/".join(["l" * 200] * 10),
}
WALK = '''
"""Changes the working directory whenever a trial begins, and when it is loaded."""

import os

import bench

os.chdir("/")


@bench.hookimpl
def bench_trial_started(trial_id, spec):
    os.chdir(os.environ["ELSEWHERE"])
'''


@pytest.mark.parametrize("name", NAMES)
def test_all_verbs_work_on_odd_paths(bench_cli, tmp_path, monkeypatch, name):
    home = tmp_path / NAMES[name]
    try:
        home.mkdir(parents=True)
    except OSError:
        pytest.skip("the file system has no such names")
    monkeypatch.chdir(home.parent)
    suite, store, data = (f"./{home.name}/tiny.toml", f"{home.name}/store", f"{home.name}/data")
    Path(suite).write_text(TINY.replace('["digits"]', '["mnist"]'))
    write_idx(Path(data) / "MNIST" / "raw")
    run = ("run", suite, "--store", store, "--data-dir", data, "--jobs", 1)
    assert bench_cli(*run)[0] == 0
    code, out, _ = bench_cli(*run, "--json")
    assert (code, json.loads(out)["trials"]["cached"]) == (0, 4)
    for words in (
        ("plan", suite),
        ("claims", suite),
        ("records", "pack"),
        ("records", "verify"),
        ("board", "build", "--no-figures", "--out", f"{home.name}/site"),
    ):
        code, _, err = bench_cli(*words, "--store", store)
        assert code == 0, err
    assert {path.name for path in home.iterdir()} == {"tiny.toml", "store", "data", "site"}


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii", "latin-1"])
def test_what_the_output_has_no_letters_for_is_written_as_it_can_be(tmp_path, encoding):
    out = tmp_path / "Λ\udcff"
    env = {"PYTHONIOENCODING": encoding}
    done = bench("records", "pack", "--store", PUBLISHED, "--suite", "digits", "--out", out, env=env)
    assert done.returncode == 0, done.stderr
    assert (out / "digits.jsonl.gz").exists()


def test_a_path_that_is_too_long_is_said(bench_cli, write_suite, tmp_path):
    store = tmp_path / "/".join(["l" * 200] * 30)
    code, out, err = bench_cli("run", write_suite(), "--store", store)
    assert (code, out) == (2, "")
    assert "File name too long\nhint: " in err


def test_a_relative_store_stays_where_it_was_when_plugins_walk(bench_cli, write_suite, tmp_path, monkeypatch):
    suite, plugin, here, elsewhere = write_suite(), tmp_path / "walk.py", tmp_path / "h", tmp_path / "e"
    here.mkdir()
    elsewhere.mkdir()
    plugin.write_text(WALK)
    monkeypatch.setenv("ELSEWHERE", str(elsewhere))
    monkeypatch.chdir(here)
    code, _, err = bench_cli("run", suite, "--store", "store", "--jobs", 1, "--plugin-file", plugin)
    assert code == 0, err
    assert "records in store" in err
    assert len(list((here / "store").rglob("records/*/*.json"))) == 4
    assert list(elsewhere.iterdir()) == []
