"""`bench claims` from the command line, on records that are there already; nothing is trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.store.atomic import write_atomically
from bench.store.reading import read_records
from bench.store.store import Store

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "leaderboard" / "records"
DIGITS = (ROOT / "suites" / "digits.toml").read_text(encoding="utf-8").partition("\n[[claim]]")[0]
CLAIM = """
[[claim]]
id = "{id}"
source = "A. Author, A paper, 2020, table 1"
statement = "A statement that is long enough to be wrapped where a line ends after a hundred columns."
analysis = "{analysis}"
expected = "{expected}"
{more}
"""
CELL = 'params.where = ["model=lenet-5", "pruner=magnitude", "params.scope=global", "sparsity=0.75"]'


def a_claim(name, analysis, more, expected="in words"):
    return CLAIM.format(id=name, analysis=analysis, expected=expected, more=more)


HOLDS = a_claim("close-to-dense", "difference-to-dense", f"{CELL}\ntolerance = 0.02", expected="0")
FAILS = a_claim("perfect", "metric-at", f"{CELL}\nlow = 1.0")
REPORTED = a_claim("shown", "metric-at", CELL)
SEVERAL = a_claim("vague", "metric-at", 'params.where = ["model=lenet-5"]\nlow = 0.0')
NOWHERE = a_claim("missing", "metric-at", CELL.replace("0.75", "0.76") + "\nlow = 0.0")
FIELDS = ["id", "source", "statement", "expected", "measured", "low", "high", "tolerance", "holds"]
PLUGIN = """
import bench


def boom(frame):
    raise KeyError("spec.nowhere")


@bench.hookimpl
def bench_analyses():
    yield bench.Analysis(name="boom", summary="Breaks.", build=lambda params: boom)
"""


@pytest.fixture
def suite(tmp_path):
    def write(*claims):
        path = tmp_path / "digits.toml"
        path.write_text(DIGITS + "".join(claims), encoding="utf-8")
        return path

    return write


def test_the_shipped_claims_of_digits_hold_on_the_published_records(bench_cli):
    code, out, error = bench_cli("claims", "digits", "--store", PUBLISHED, "--check")
    assert (code, error) == (0, "")
    assert "3 claims, 180 of 180 trials recorded" in out


def test_the_json_has_the_agreed_fields_and_verdicts(suite, bench_cli):
    path = suite(HOLDS, FAILS, REPORTED, NOWHERE)
    code, out, error = bench_cli("claims", path, "--store", PUBLISHED, "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0
    assert all(list(row) == FIELDS for row in rows.values())
    assert {name: row["holds"] for name, row in rows.items()} == {
        "close-to-dense": True, "perfect": False, "shown": None, "missing": None,
    }  # fmt: skip
    assert rows["missing"]["measured"] is None
    assert rows["shown"]["low"] < rows["shown"]["measured"] < rows["shown"]["high"]
    assert error == "missing: no record has sparsity=0.76; there is 0.5, 0.75, 0.875, 0.9375, 0.96875\n"


def test_the_measured_values_are_those_of_the_records(suite, bench_cli):
    _, out, _ = bench_cli("claims", suite(HOLDS, REPORTED), "--store", PUBLISHED, "--json")
    dense, level = json.loads(out)
    records = [
        record.metrics
        for record in read_records(PUBLISHED, "digits")
        if (record.spec.model, record.spec.pruner, record.spec.sparsity) == ("lenet-5", "magnitude", 0.75)
        and record.spec.params["scope"] == "global"
    ]
    assert len(records) == 3
    assert level["measured"] == pytest.approx(sum(one["accuracy"] for one in records) / 3)
    difference = sum(one["accuracy"] - one["accuracy_dense"] for one in records) / 3
    assert dense["measured"] == pytest.approx(difference)


@pytest.mark.parametrize(
    ("claims", "code"), [((HOLDS, REPORTED, NOWHERE), 0), ((HOLDS, FAILS), 1), ((HOLDS, SEVERAL), 1)]
)
def test_check_exits_one_where_a_claim_fails_and_only_then(suite, bench_cli, claims, code):
    path = suite(*claims)
    assert bench_cli("claims", path, "--store", PUBLISHED, "--check")[0] == code
    assert bench_cli("claims", path, "--store", PUBLISHED, "--check", "--json")[0] == code
    assert bench_cli("claims", path, "--store", PUBLISHED)[0] == 0


def test_the_table_fits_a_hundred_columns_and_says_what_is_wrong(suite, bench_cli):
    path = suite(HOLDS, FAILS, SEVERAL, NOWHERE)
    _, out, _ = bench_cli("claims", path, "--store", PUBLISHED)
    assert max(map(len, out.splitlines())) <= 100
    plain = " ".join(out.split())
    assert "error: analysis 'metric-at': the selection matches 4 contestants" in plain
    assert "params.scope=layer" in plain
    assert "not measured: no record has sparsity=0.76" in plain
    assert "(A. Author, A paper, 2020, table 1)" in plain


def test_an_analysis_that_raises_fails_its_claim_without_a_traceback(suite, bench_cli, tmp_path):
    plugin = tmp_path / "boom.py"
    plugin.write_text(PLUGIN, encoding="utf-8")
    path = suite(a_claim("broken", "boom", "low = 0.0"), HOLDS)
    words = ("claims", path, "--store", PUBLISHED, "--plugin-file", plugin)
    code, out, error = bench_cli(*words, "--check")
    assert code == 1
    assert "error: analysis 'boom': raised KeyError: 'spec.nowhere'" in out
    assert "Traceback" not in out + error
    code, out, error = bench_cli(*words, "--check", "--json")
    assert [row["holds"] for row in json.loads(out)] == [False, True]
    assert "analysis 'boom': raised KeyError" in error


def test_only_trials_that_the_suite_plans_now_count(suite, bench_cli):
    path = suite(REPORTED)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("epochs = 25", "epochs = 26"), encoding="utf-8")
    code, out, error = bench_cli("claims", path, "--store", PUBLISHED, "--json")
    assert code == 0
    assert json.loads(out)[0]["measured"] is None  # every dense network of lenet-5 is another one now
    assert "shown: no record has model=lenet-5; there is resnet8" in error
    assert "hint: bench run" in error


def test_some_records_are_measured_and_the_rest_is_asked_for(suite, bench_cli, tmp_path):
    store = Store.open(tmp_path / "store")
    kept = [one for one in read_records(PUBLISHED, "digits") if one.spec.seed == 0]
    for record in kept:
        store.write(record)
    code, out, error = bench_cli("claims", suite(REPORTED), "--store", store.layout.root, "--json")
    [row] = json.loads(out)
    assert (code, row["low"], row["high"]) == (0, None, None)
    assert row["measured"] > 0.5
    assert "note: 60 of the 180 trials of 'digits' have a record" in error
    few = bench_cli("claims", suite(REPORTED), "--store", PUBLISHED, "--set", "seed=0", "--json")
    assert (json.loads(few[1]), few[2]) == (json.loads(out), "")


def test_an_empty_store_measures_nothing_and_says_how_to_fill_it(suite, bench_cli, tmp_path):
    store = Store.open(tmp_path / "store").layout.root
    code, out, error = bench_cli("claims", suite(HOLDS), "--store", store, "--check")
    assert code == 0
    assert "not measured: no records" in out
    assert error.splitlines()[-1] == f"hint: bench run {suite(HOLDS)} --store {store}"


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (a_claim("x", "metric-a", ""), "[[claim]] 1: unknown analysis 'metric-a'"),
        (a_claim("x", "metric-at", 'params.were = ["a=b"]'), "[[claim]] 1: analysis 'metric-at': unknown"),
        (a_claim("x", "metric-at", "tolerance = 0.1"), "[[claim]] 1: a tolerance needs low or high"),
        (HOLDS + HOLDS, "two claims have the same id"),
    ],
)
def test_a_claim_that_cannot_be_asked_is_the_users_error(suite, bench_cli, claim, message):
    code, out, error = bench_cli("claims", suite(claim), "--store", PUBLISHED)
    assert (code, out) == (2, "")
    assert message in error
    assert "hint:" in error


def test_a_store_that_is_not_there_or_not_sound_is_the_users_error(suite, bench_cli, tmp_path):
    assert bench_cli("claims", suite(HOLDS), "--store", tmp_path / "nowhere")[0] == 2
    write_atomically(tmp_path / "bad" / "x.json", b"{")
    code, _, error = bench_cli("claims", suite(HOLDS), "--store", tmp_path / "bad")
    assert (code, "not a record" in error) == (2, True)


def test_a_suite_without_claims_says_so(suite, bench_cli):
    code, out, error = bench_cli("claims", suite(), "--store", PUBLISHED, "--check", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert "makes no claims" in error


def test_joined_suites_make_the_claims_of_each(suite, bench_cli, tmp_path):
    suite(HOLDS)
    small = DIGITS.replace('name = "digits"', 'name = "few"').replace("[0, 1, 2]", "[7]") + NOWHERE
    (tmp_path / "few.toml").write_text(small, encoding="utf-8")
    joined = tmp_path / "all.toml"
    head = 'schema = 1\nname = "all"\nversion = "1"\nsummary = "Both."\n'
    joined.write_text(head + 'include = ["digits.toml", "few.toml"]\n', encoding="utf-8")
    code, out, error = bench_cli("claims", joined, "--store", PUBLISHED, "--json")
    assert (code, [row["id"] for row in json.loads(out)]) == (0, ["close-to-dense", "missing"])
    assert [row["holds"] for row in json.loads(out)] == [True, None]
    assert "0 of the 60 trials of 'few' have a record" in error
    assert "'digits'" not in error
    assert bench_cli("claims", joined, "--store", PUBLISHED)[1].count("trials recorded") == 2


def test_a_suite_is_shown_with_its_claims(bench_cli):
    _, out, _ = bench_cli("show", "suite:digits", "--json")
    [facts] = json.loads(out)
    assert [claim["id"] for claim in facts["claims"]][:2] == ["magnitude-beats-random", "half-is-free"]
    assert facts["claims"][0]["analysis"] == "share-of-wins"
    _, out, _ = bench_cli("show", "digits")
    assert "  claim half-is-free: Half of the weights" in out
