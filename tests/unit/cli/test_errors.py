"""Bad input ends in `error:` and `hint:` on stderr with exit code 2, and nothing is lost."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["run", "digist"],
        ["run", "nowhere/suite.toml"],
        ["run", "digits", "--set", "seeds=0"],
        ["run", "digits", "--set", "seed=zero"],
        ["run", "digits", "--only", "prunr=x"],
        ["run", "digits", "--device", "tpu"],
        ["run", "digits", "--device", "cuda:99"],
        ["run", "digits", "--jobs", "0"],
        ["run", "digits", "--plugins", "none"],
        ["run", "digits", "--plugin-file", "nowhere.py"],
        ["run", "digits", "--no-such-option"],
        ["run"],
        ["rum", "digits"],
        ["plan", "digist"],
        ["list", "prunners"],
        ["show", "magnitud"],
        ["records", "show", "abc", "--store", "nowhere"],
        ["records", "list", "--store", "nowhere"],
        ["records", "pack", "--store", "nowhere"],
        ["board", "build", "--store", "nowhere"],
    ],
)
def test_bad_input_is_answered_with_error_and_hint(bench_cli, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BENCH_STORE", raising=False)
    code, out, err = bench_cli(*words)
    assert code == 2
    assert out == ""
    assert "error: " in err
    assert "\nhint: " in err
    assert "Traceback" not in err
    assert list(tmp_path.rglob("records/*")) == []


def test_a_newer_store_is_refused_untouched(bench_cli, tmp_path):
    (tmp_path / "store.json").write_text(json.dumps({"schema": 99}))
    for verb in ("run", "plan"):
        code, out, err = bench_cli(verb, "digits", "--store", tmp_path)
        assert (code, out) == (2, "")
        assert "upgrade prunebench" in err
    assert [path.name for path in tmp_path.iterdir()] == ["store.json"]


def test_help_exits_with_0_and_names_every_verb(bench_cli):
    code, out, _ = bench_cli("--help")
    assert code == 0
    for verb in ("run", "plan", "list", "show", "records", "board", "plugins", "doctor"):
        assert f"  {verb} " in out


@pytest.mark.parametrize("verb", ["run", "plan", "list", "show", "records", "board", "plugins", "doctor"])
def test_every_verb_has_help(bench_cli, verb):
    code, out, _ = bench_cli(verb, "--help")
    assert code == 0
    assert "Usage: bench" in out
