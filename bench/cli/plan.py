"""`bench plan SUITE`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bench.cli.options import json_option, load_catalog, only_option, set_option, store_option, with_plugins

if TYPE_CHECKING:
    from bench.plan.trials import Trial
    from bench.registry.origin import Selection


@click.command()
@click.argument("suite")
@store_option
@set_option
@only_option
@json_option
@with_plugins
def command(
    suite: str,
    store: Path,
    settings: tuple[str, ...],
    only: tuple[str, ...],
    plugins: Selection,
    *,
    as_json: bool,
) -> None:
    """Show what `bench run SUITE` would run, what is cached, and what failed before.

    With --json, a list of {"trial_id", "status", "spec"}; status is todo, cached, failed or
    unsupported.
    """
    from bench.plan.trials import plan_trials  # noqa: PLC0415
    from bench.runner.estimate import estimate  # noqa: PLC0415
    from bench.runner.filters import only as only_trials  # noqa: PLC0415
    from bench.runner.states import states  # noqa: PLC0415
    from bench.suite.load import load_suite  # noqa: PLC0415
    from bench.suite.settings import parse_settings  # noqa: PLC0415

    catalog = load_catalog(plugins)
    loaded = load_suite(suite, catalog, parse_settings(settings))
    trials = only_trials(plan_trials(loaded, catalog), only)
    state_of = states(trials, store)
    if as_json:
        _echo_rows(trials, state_of)
        return
    for line in _summary(trials, state_of):
        click.echo(line)
    seconds = estimate(trials, state_of, store)
    if seconds is not None:
        click.echo(f"about {seconds:.0f} s of one worker's time, going by the records there are")


def _echo_rows(trials: Sequence[Trial], state_of: dict[str, str]) -> None:
    """Print the list a trial at a time, so that it is nowhere held whole."""
    before = "["
    for trial in trials:
        status, spec = state_of[trial.trial_id], trial.spec.model_dump(mode="json")
        row = {"trial_id": trial.trial_id, "status": status, "spec": spec}
        click.echo(before + json.dumps(row), nl=False)
        before = ",\n"
    click.echo("]" if trials else "[]")


def _summary(trials: Sequence[Trial], state_of: dict[str, str]) -> list[str]:
    from bench.plan.epochs import planned_epochs  # noqa: PLC0415
    from bench.plan.teachers import teachers_of  # noqa: PLC0415
    from bench.suite.schedules import schedule_words  # noqa: PLC0415

    counts = Counter(state_of.values())
    todo = [trial for trial in trials if state_of[trial.trial_id] == "todo"]
    teachers = teachers_of(todo)
    dense = {trial.stages.train for trial in (*todo, *teachers)}
    named = " + ".join(dict.fromkeys(f"{trial.suite.name} {trial.suite.version}" for trial in trials))
    lines = [
        f"{named}: {len(trials)} trials: "
        + ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        + f"; {len(dense)} dense networks behind those to do, "
        + (f"{len(teachers)} teachers, " if teachers else "")
        + f"{planned_epochs(todo)} epochs in all"
    ]
    tasks, models = _labels(trials, "task"), _labels(trials, "model")
    groups: dict[tuple[str, str, str], list[Trial]] = {}
    for trial in trials:
        spec = trial.spec
        own = ", ".join(f"{key}={value}" for key, value in spec.params.items())
        entry = spec.pruner if spec.parametrization == "direct" else f"{spec.parametrization} {spec.pruner}"
        matched = f" layer-matched to {spec.matched_to.name}" if spec.matched_to else ""
        schedule = schedule_words(spec.schedule, spec.schedule_params)
        words = f"{entry}({own}){matched}{f', {schedule}' if schedule else ''}"
        groups.setdefault((tasks[trial.trial_id], models[trial.trial_id], words), []).append(trial)
    for (task, model, entry), members in groups.items():
        states = Counter(state_of[trial.trial_id] for trial in members)
        words = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        lines.append(f"  {task}  {model:<16} {entry:<44} {words}")
    return lines


def _labels(trials: Sequence[Trial], kind: Literal["task", "model"]) -> dict[str, str]:
    """The names of the trials' tasks or models, with the parameters in which namesakes differ."""
    from bench.board.labels import distinct_labels  # noqa: PLC0415

    names: dict[str, str] = {}
    params: dict[str, dict[str, Any]] = {}
    keys: dict[str, str] = {}
    for trial in trials:
        name, given = getattr(trial.spec, kind), getattr(trial.spec, f"{kind}_params")
        key = keys[trial.trial_id] = f"{name} {json.dumps(given, sort_keys=True)}"
        names[key], params[key] = name, given
    labels = distinct_labels(names, params, [""])
    return {trial_id: labels[key] for trial_id, key in keys.items()}
