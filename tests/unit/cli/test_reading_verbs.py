"""Verbs that only look: list, show, plan, doctor."""

from __future__ import annotations

import json


def test_list_gives_rows_of_five_fields(bench_cli):
    code, out, _ = bench_cli("list", "--json")
    rows = json.loads(out)
    assert code == 0
    assert all(set(row) == {"kind", "name", "summary", "distribution", "version"} for row in rows)
    names = {(row["kind"], row["name"]) for row in rows}
    assert {("pruner", "magnitude"), ("model", "resnet8"), ("suite", "digits"), ("task", "digits")} <= names


def test_list_takes_a_kind(bench_cli):
    _, out, _ = bench_cli("list", "pruners", "--json")
    assert {row["kind"] for row in json.loads(out)} == {"pruner"}
    _, out, _ = bench_cli("list", "plugins", "--json")
    assert {row["kind"] for row in json.loads(out)} == {"plugin"}


def test_show_prints_parameters_with_type_and_default(bench_cli):
    _, out, _ = bench_cli("show", "weight-decay")
    assert "weight_decay (float, default 0.005)" in out
    _, out, _ = bench_cli("show", "weight-decay", "--json")
    [facts] = json.loads(out)
    assert facts["params"][0] == {
        "name": "weight_decay",
        "type": "float",
        "default": 0.005,
        "required": False,
        "choices": [],
        "help": "the L2 coefficient during training",
    }


def test_show_prints_a_suites_text(bench_cli):
    _, out, _ = bench_cli("show", "suite:digits")
    assert "[[entry]]" in out


def test_plan_lists_trials_and_writes_nothing(bench_cli, tmp_path):
    store = tmp_path / "store"
    code, out, _ = bench_cli("plan", "digits", "--json", "--store", store)
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 180
    assert all(set(row) == {"trial_id", "status", "spec"} and row["status"] == "todo" for row in rows)
    assert not store.exists()


def test_a_dry_run_is_a_plan(bench_cli, tmp_path):
    words = ("--json", "--store", tmp_path / "store", "--only", "seed=0")
    _, planned, _ = bench_cli("plan", "digits", *words)
    code, dry, _ = bench_cli("run", "digits", "--dry-run", *words)
    assert code == 0
    assert json.loads(dry) == json.loads(planned)


def test_doctor_finds_this_installation_well(bench_cli, tmp_path):
    code, out, _ = bench_cli("doctor", "--json", "--store", tmp_path / "store", "--plugins", "builtin")
    rows = json.loads(out)
    assert [row for row in rows if not row["ok"]] == []
    assert code == 0


def test_doctor_finds_a_newer_store(bench_cli, tmp_path):
    (tmp_path / "store.json").write_text('{"schema": 99}')
    code, out, _ = bench_cli("doctor", "--store", tmp_path)
    assert code == 1
    assert "BAD  store" in out
