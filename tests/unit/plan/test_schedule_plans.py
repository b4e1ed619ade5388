"""Plans of schedules and controls: ids, shared beginnings, and honest numbers of epochs."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.plan.epochs import epochs_after_dense, planned_epochs
from bench.plan.matched import reference_trial
from bench.plan.rounds import rounds_of
from bench.plan.trials import Trial, plan_trials, trial_id_of
from bench.runner.jobs import Queue
from bench.runner.progress import Progress
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


@pytest.fixture
def plan(catalog, write_suite):
    """Plans the tiny suite, `entry` laid into that of magnitude, with `settings`."""

    def planned(entry, *settings, others=()):
        path = write_suite(('pruner = "magnitude"\n', f'pruner = "magnitude"\n{entry}\n'), *others)
        return plan_trials(load_suite(path, catalog, parse_settings(settings)), catalog)

    return planned


def test_a_plain_trial_keeps_its_id_and_its_stage_keys(catalog):
    trial = plan_trials(load_suite("digits", catalog), catalog)[0]
    assert trial.trial_id == "1fe3bbddd6615be230ede58fa19705da152b6b727e91ecccbc41779101721d6a"
    assert (trial.stages.train, trial.stages.score, trial.stages.finetune) == (
        "dde95d9da3f2c358e938871b70f09d1c11288abe292099efd707069ffb59228e",
        "3fcbedcd1fb12e64a7bfdff02b2af77a600f3339de7809ab949188e1d897fc5f",
        "b74aa4e57db50547d72be771069ca14536c9a8372a542b86851dbc219605d1a7",
    )


@pytest.mark.parametrize(
    ("schedule", "epochs"),
    [
        ('"one-shot"', 2),
        ('{ name = "one-shot", params = { retrain = "lr-rewind", rewind_epoch = 3 } }', 4),
        ('{ name = "one-shot", params = { retrain = "reset" } }', 7),
        ('{ name = "iterative", params = { rounds = 4 } }', 8),
        ('{ name = "iterative", params = { rounds = 2, retrain = "weight-rewind", rewind_epoch = 1 } }', 12),
        ('{ name = "iterative", params = { rate = 0.25 } }', 6),
        ('"gradual"', 7),
        ('{ name = "at-init", params = { retrain = "finetune" } }', 9),
        ('"rigl"', 7),
        ('"set"', 7),
    ],
)
def test_the_epochs_of_a_trial_are_those_of_its_schedule(plan, schedule, epochs):
    settings = ("train.epochs=7", "finetune.epochs=2", "sparsity=0.5")
    trial = plan(f"schedule = {schedule}", *settings)[0]
    assert epochs_after_dense(trial.spec) == epochs


def test_a_plan_is_one_training_a_seed_and_one_fine_tuning_a_trial(plan):
    trials = plan("", "seed=0,1,2", "train.epochs=7", "finetune.epochs=2", "sparsity=0.1,0.5,0.7,0.9")
    assert planned_epochs(trials) == 3 * 7 + 2 * 4 * 3 * 2


def test_the_bar_counts_the_epochs_of_all_rounds_and_a_step_a_trial(plan):
    trials = plan('schedule = { name = "iterative", params = { rounds = 3 } }', "finetune.epochs=2")
    with Progress(trials, shown=False) as progress:
        progress.expect(Queue(trials, lambda _: False).epochs)
        assert progress._bar.total == planned_epochs(trials) + len(trials)
        assert progress._bar.total == 1 + 2 * 3 * 2 + 2 * 2 + 4


def test_rounds_at_one_rate_share_their_beginning(plan):
    trials = plan('schedule = { name = "iterative", params = { rate = 0.2 } }', "sparsity=0.488,0.9")
    short, long = (rounds_of(trial) for trial in trials[:2])
    assert [one.number for one in short] == [1, 2, 3]
    assert short == long[:3]
    assert len({one.key for one in long}) == len(long)


@pytest.mark.parametrize(
    ("settings", "retrain"),
    [
        (("finetune.lr=0.5",), "finetune"),
        (("seed=1",), "finetune"),
        (("train.lr=0.5",), "finetune"),
        (("train.lr=0.5",), "reset"),
    ],
)
def test_a_round_depends_on_what_it_is_trained_by(plan, settings, retrain):
    entry = f'schedule = {{ name = "iterative", params = {{ rounds = 2, retrain = "{retrain}" }} }}'
    one, other = rounds_of(plan(entry)[0]), rounds_of(plan(entry, *settings)[0])
    assert {part.key for part in one}.isdisjoint(part.key for part in other)


def test_rounds_that_are_reset_do_not_depend_on_the_fine_tuning(plan):
    entry = 'schedule = { name = "iterative", params = { rounds = 2, retrain = "reset" } }'
    assert rounds_of(plan(entry)[0]) == rounds_of(plan(entry, "finetune.lr=0.5")[0])


def test_controls_follow_their_entry_and_name_it(plan):
    trials = plan('params.scope = ["global", "layer"]\ncontrol = "layer-matched"', "sparsity=0.5")
    assert [(one.spec.pruner, one.spec.matched_to and one.spec.matched_to.params) for one in trials] == [
        ("magnitude", None),
        ("random", {"scope": "global"}),
        ("magnitude", None),
        ("random", {"scope": "layer"}),
        ("random", None),
    ]
    for trial in trials:
        plain = trial.plain()
        assert Trial.from_plain(plain) == trial
        assert trial_id_of(plain["spec"], plain["components"]) == trial.trial_id


def test_both_controls_are_added_to_a_pruner_that_is_neither(plan):
    other = ('pruner = "magnitude"', 'pruner = "torch-ln-structured"')
    trials = plan('control = "layer-matched"', "sparsity=0.5", others=[other])
    assert [one.spec.pruner for one in trials] == ["torch-ln-structured", "random", "magnitude", "random"]


def test_a_control_is_another_trial_and_changes_with_its_reference(plan):
    trials = plan('control = "layer-matched"', "sparsity=0.5")
    control, plain = trials[1], trials[2]
    assert control.spec.pruner == plain.spec.pruner
    assert control.stages.train == plain.stages.train
    assert control.stages.score != plain.stages.score
    assert control.components["matched_to"].name == "magnitude"
    components = control.plain()["components"]
    components["matched_to"]["version"] = "2"
    assert trial_id_of(control.plain()["spec"], components) != control.trial_id


def test_the_reference_of_a_control_is_the_trial_in_the_plan(plan):
    trials = plan('control = "layer-matched"\nschedule = "iterative"', "sparsity=0.5")
    assert reference_trial(trials[1]) == trials[0]


def test_the_reference_of_a_control_shares_a_traced_network(plan):
    measured = ("[grid]", 'measures = ["accuracy", "sv-trace"]\n[grid]')
    trials = plan('control = "layer-matched"', "sparsity=0.5", others=[measured])
    assert reference_trial(trials[1]) == trials[0]


def test_equal_entries_are_still_refused_whatever_their_controls(plan):
    with pytest.raises(UserError, match="two entries give the same trial"):
        plan('control = "layer-matched"', others=[('pruner = "random"', 'pruner = "magnitude"')])
