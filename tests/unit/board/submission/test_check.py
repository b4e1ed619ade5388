"""What a check says of sound submissions: how much of a suite they bring, and what departs from it."""

from __future__ import annotations

import json

import pytest

from bench.board.submission.check import Terms, check_submission
from bench.errors import UserError
from bench.suite.settings import parse_settings
from tests.unit.board.submission.cases import PUBLISHED, all_records, changed, good_records, loose, packed


@pytest.fixture(scope="module")
def whole():
    return all_records()


def check(catalog, root, **terms):
    return check_submission(root, Terms(catalog, **terms))


def new_seed(plain, seed=7):
    """The record at another seed; a trial of its own has a loss of its own."""
    fresh = changed(plain, "spec.seed", seed)
    return fresh | {"metrics": {**fresh["metrics"], "loss": 1e-3 * seed + plain["spec"]["sparsity"]}}


def test_a_published_suite_is_whole(catalog):
    report = check(catalog, PUBLISHED)
    [share] = report.suites
    assert report.accepted
    assert (share.suite, share.given, share.planned, share.contestants) == ("digits", 180, 180, 12)
    assert (share.partial, share.overrides) == ((), ())


def test_a_part_of_a_suite_is_marked_partial(catalog, tmp_path):
    report = check(catalog, packed(tmp_path, good_records()))
    assert report.accepted
    assert report.suites[0].partial == ("digits lenet-300-100 magnitude(scope=global): 2 of 15 cells",)


def test_what_is_accepted_already_makes_a_part_whole(catalog, tmp_path, whole):
    [missing, *others] = whole
    packed(tmp_path / "accepted", others)
    path = packed(tmp_path / "new", [missing])
    report = check(catalog, path, accepted=tmp_path / "accepted")
    assert report.accepted
    assert (report.suites[0].given, report.suites[0].accepted, report.suites[0].partial) == (1, 179, ())


def test_loose_records_and_packs_are_checked_alike(catalog, tmp_path):
    for plain in good_records():
        loose(tmp_path / "loose", plain)
    packed(tmp_path / "packed", good_records())
    one, other = (check(catalog, tmp_path / name) for name in ("loose", "packed"))
    assert one.accepted
    assert one.suites == other.suites


def test_further_seeds_are_accepted_and_marked(catalog, tmp_path):
    report = check(catalog, packed(tmp_path, [new_seed(plain) for plain in good_records()]))
    assert report.accepted, report.problems
    assert report.suites[0].overrides == ("seed=7",)


def test_settings_that_are_named_are_accepted_and_marked(catalog, tmp_path):
    fresh = changed(good_records()[0], "spec.recipe.train.epochs", 3)
    path = packed(tmp_path, [fresh])
    assert "no cell of the suite" in check(catalog, path).problems[0].what
    said = "recipe.train.epochs=3"
    report = check(catalog, path, settings=parse_settings([said]), said=said)
    assert report.accepted, report.problems
    assert report.suites[0].overrides == (said,)


def test_accepted_records_that_come_again_unchanged_are_no_problem(catalog, tmp_path, whole):
    fresh = new_seed(good_records()[0])
    packed(tmp_path / "accepted", whole)
    packed(tmp_path / "new", whole)
    packed(tmp_path / "new" / "visitor", [fresh])
    report = check(catalog, tmp_path / "new", accepted=tmp_path / "accepted", whole=True)
    assert report.accepted, report.problems
    assert (report.new, report.unchanged) == (1, 180)


def test_dense_networks_may_differ_as_machines_do(catalog, tmp_path):
    one, other = good_records()
    near = one["metrics"]["accuracy_dense"] - 0.02
    path = packed(tmp_path, [one, changed(other, "metrics.accuracy_dense", near)])
    assert check(catalog, path).accepted


def test_all_problems_of_a_submission_are_told(catalog, tmp_path):
    one, other = good_records()
    spoiled = [changed(one, "metrics.accuracy", 7.0), changed(other, "env.cpu", "<b>")]
    packed(tmp_path, spoiled)
    (tmp_path / "notes.txt").touch()
    report = check(catalog, tmp_path)
    assert [problem.where for problem in report.problems] == [
        f"digits.jsonl.gz: line 1: {spoiled[0]['trial_id'][:12]}",
        f"digits.jsonl.gz: line 2: {spoiled[1]['trial_id'][:12]}",
        "notes.txt",
    ]


def test_problems_are_told_up_to_a_bound(catalog, tmp_path):
    report = check(catalog, packed(tmp_path, [b"{}\n"] * 1000))
    assert (len(report.problems), report.more) == (100, True)


def test_an_empty_folder_is_refused(catalog, tmp_path):
    [problem] = check(catalog, tmp_path).problems
    assert problem.what == "no records"


def test_the_whole_needs_to_know_of_what(catalog, tmp_path):
    with pytest.raises(UserError, match="of what"):
        check(catalog, tmp_path, whole=True)


def test_the_command_tells_programs_in_json(bench_cli, tmp_path):
    code, out, _ = bench_cli("board", "check", packed(tmp_path, good_records()), "--json")
    told = json.loads(out)
    assert code == 0
    keys = {"accepted", "records", "new", "unchanged", "suites", "problems", "more", "notes"}
    assert set(told) == keys
    assert (told["accepted"], told["new"], told["problems"]) == (True, 2, [])
    code, out, _ = bench_cli("board", "check", packed(tmp_path, [b"{}\n"]), "--json")
    [problem] = json.loads(out)["problems"]
    assert code == 1
    assert set(problem) == {"where", "what", "hint"}
