"""The work of a run as executors see it: every trial ends once, whatever comes back and whatever does not."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.runner import workload
from bench.runner.others import Nobody
from bench.runner.returned import Returned
from tests.unit.runner.work_case import Case, done, fault_of, item_of, play


@pytest.fixture
def case(catalog, write_suite, tmp_path):
    return Case(catalog, write_suite(("seed = [0]", "seed = [0, 1]")), tmp_path)


def ids(records):
    return sorted(record.trial_id for record in records)


def test_all_trials_end_once(case):
    assert play(case.work) == 6
    assert (
        ids(case.told.records) == sorted(trial.trial_id for trial in case.trials) == sorted(case.told.begun)
    )
    assert case.told.trained == 2


def test_trials_go_out_when_their_network_is_back(case):
    first, second = case.work.next(), case.work.next()
    assert {item_of(first).kind, item_of(second).kind} == {"train"}
    assert case.work.next() is None
    case.work.finished(first, done(first).to_bytes())
    assert item_of(case.work.next()).train_keys == item_of(first).train_keys


def test_a_lost_piece_comes_next_under_another_number(case):
    first = case.work.next()
    case.work.lost(first, "its machine died")
    again = case.work.next()
    assert (again.payload, again.number) == (first.payload, first.number + 1)
    assert case.told.lines == [
        "training lenet-300-100 on digits, seed 0: lost, and comes again: its machine died"
    ]


def test_a_piece_that_is_lost_too_often_has_failed(case):
    case.work.arrange(1, retries=2)
    first = case.work.next()
    case.work.finished(first, done(first).to_bytes())
    for _ in range(3):
        case.work.lost(case.work.next(), "gone")
    assert {record.error.message for record in case.told.records} == {"lost 3 times: gone"}
    assert len(case.told.records) == 2
    play(case.work)
    assert ids(case.told.records) == sorted(trial.trial_id for trial in case.trials)


def test_a_network_that_is_lost_too_often_fails_its_trials(case):
    case.work.arrange(1, retries=0)
    case.work.lost(case.work.next(), "gone")
    assert [record.status for record in case.told.records] == ["failed"] * 4
    play(case.work)
    assert ids(case.told.records) == sorted(trial.trial_id for trial in case.trials)


def test_a_network_that_cannot_be_had_fails_its_trials(case):
    first = case.work.next()
    [key] = item_of(first).train_keys
    case.work.finished(first, Returned(unmade={key: fault_of(first)}).to_bytes())
    assert [record.error.message for record in case.told.records] == ["no"] * 4
    play(case.work)
    assert ids(case.told.records) == sorted(trial.trial_id for trial in case.trials)


def test_a_piece_is_answered_once(case):
    first = case.work.next()
    case.work.lost(first, "slow")
    case.work.finished(first, done(first).to_bytes())
    case.work.lost(first, "slower")
    assert len(case.told.lines) == 1
    play(case.work)
    assert ids(case.told.records) == sorted(trial.trial_id for trial in case.trials)


def trials_piece(case):
    first = case.work.next()
    case.work.finished(first, done(first).to_bytes())
    return case.work.next()


def test_a_damaged_outcome_is_lost(case):
    piece = trials_piece(case)
    case.work.finished(piece, done(piece).to_bytes()[:-1])
    assert case.told.records == []
    assert "what came back of it is damaged: its checksum does not fit" in case.told.lines[-1]
    assert item_of(case.work.next()) == item_of(piece)


@pytest.mark.parametrize("wrong", ["another", "twice", "altered", "foreign", "unasked", "no record"])
def test_what_is_not_of_the_piece_is_refused_whole(case, wrong):
    piece = trials_piece(case)
    own, others = done(piece).records, done(case.work.next()).records
    returned = {
        "another": Returned(records=(own[0], others[0])),
        "twice": Returned(records=(own[0], *own)),
        "altered": Returned(records=(own[0], own[1].replace('"digits"', '"mnist"'))),
        "foreign": Returned(records=own, artifacts={"train/../../other": b""}),
        "unasked": Returned(records=own, unmade={"f" * 64: own[0]}),
        "no record": Returned(records=(own[0], "[]")),
    }[wrong]
    case.work.finished(piece, returned.to_bytes())
    assert case.told.records == []
    assert "damaged" in case.told.lines[-1]
    assert not list(case.layout.root.rglob("*.*"))


def test_trials_that_an_outcome_is_silent_about_come_again(case):
    piece = trials_piece(case)
    case.work.finished(piece, Returned(records=done(piece).records[:1]).to_bytes())
    assert len(case.told.records) == 1
    assert item_of(case.work.next()).trials == item_of(piece).trials[1:]


def test_an_error_that_the_user_must_mend_ends_the_run_after_what_is_done_is_stored(case):
    piece = trials_piece(case)
    returned = Returned(records=done(piece).records[:1], error=("node-7: no data", "get it"))
    with pytest.raises(UserError, match="node-7: no data"):
        case.work.finished(piece, returned.to_bytes())
    assert len(case.told.records) == 1


def test_a_bank_that_nobody_can_train_is_handed_out_in_parts(catalog, write_suite, tmp_path):
    case = Case(catalog, write_suite(("seed = [0]", "seed = [0, 1, 2, 3]")), tmp_path, banks=True)
    first = case.work.next()
    assert len(item_of(first).trials) == 4
    case.work.finished(first, Returned(parted=True).to_bytes())
    assert len(item_of(case.work.next()).trials) == 1
    case.work.lost(first, "late")
    assert case.work.has_work


def test_a_bank_is_spread_among_the_workers(catalog, write_suite, tmp_path):
    suite = write_suite(("seed = [0]", f"seed = {list(range(8))}"))
    case = Case(catalog, suite, tmp_path, banks=True)
    case.work.arrange(2)
    assert len(item_of(case.work.next()).trials) == 4


def test_a_bank_that_is_lost_too_often_comes_again_in_parts(catalog, write_suite, tmp_path):
    case = Case(catalog, write_suite(("seed = [0]", "seed = [0, 1, 2, 3]")), tmp_path, banks=True)
    case.work.arrange(1, retries=0)
    case.work.lost(case.work.next(), "gone")
    assert case.told.records == []
    assert len(item_of(case.work.next()).trials) == 1


def test_it_waits_while_another_process_has_the_rest(catalog, write_suite, tmp_path, monkeypatch):
    class Somebody(Nobody):
        def take(self, name):
            return False

    slept = []
    monkeypatch.setattr(workload.time, "sleep", slept.append)
    case = Case(catalog, write_suite(), tmp_path, others=Somebody())
    assert [case.work.next(), case.work.next()] == [None, None]
    assert slept == [workload.PAUSE] * 2
    assert case.told.lines == ["waiting 3"]
