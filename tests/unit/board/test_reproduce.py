"""The command that runs a contestant again chooses its trials, and no others."""

import shlex

import pytest

from bench.board.frame import tidy
from bench.board.reproduce import command, only_pairs
from bench.board.standings import standings
from bench.plan.trials import plan_trials
from bench.runner.filters import only
from bench.store.reading import read_records
from bench.suite.load import load_suite


@pytest.mark.parametrize("name", ["digits", "refit-study"])
def test_the_command_of_every_published_contestant_chooses_its_trials_alone(name, catalog, published):
    records = read_records(published, name)
    plan = plan_trials(load_suite(name, catalog), catalog)
    for cell in standings(tidy(records)):
        for one in cell.standings:
            chosen = {trial.trial_id for trial in only(plan, one.provenance.only)}
            assert chosen == set(one.provenance.trials), one.label


def test_contestants_that_differ_in_a_versions_alone_share_their_command(records, change):
    other = change(records[0], {"components/pruner/version": "2"})
    pairs = only_pairs(tidy([records[0], other]))
    assert len(pairs) == 2
    assert len(set(pairs.values())) == 1


@pytest.mark.parametrize(
    ("value", "pair"),
    [("global", "params.scope=global"), ("1e-3", 'params.scope="1e-3"'), ("a, b", 'params.scope="a, b"')],
)
def test_a_value_is_written_as_the_filter_reads_it(records, change, value, pair):
    changed = change(records[0], {"spec/params/scope": value})
    pairs = only_pairs(tidy([changed, change(records[0], {"spec/params/scope": "other"})]))
    assert pair in {words[-1] for words in pairs.values()}


def test_the_command_is_one_word_a_word_for_a_shell():
    line = command("digits", ("task=a b", "model_params.hidden=[1, 2]", "pruner=$(rm -rf /);'"))
    assert shlex.split(line) == [
        "bench", "run", "digits", "--only", "task=a b", "--only", "model_params.hidden=[1, 2]",
        "--only", "pruner=$(rm -rf /);'",
    ]  # fmt: skip
