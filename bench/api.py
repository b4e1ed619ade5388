"""The Python interface: load, plan and run suites, and build components, from notebooks and tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.plan.trials import Trial, plan_trials
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.runner.filters import only as only_trials
from bench.runner.request import RunRequest, default_store
from bench.runner.run import run_trials
from bench.suite.load import AnySuite
from bench.suite.load import load_suite as load_suite_file
from bench.suite.settings import Settings, parse_settings, settings_of

if TYPE_CHECKING:
    import pandas as pd


def catalog(plugins: Selection | None = None) -> Catalog:
    """The components of the installed plugins; what cannot be used is said on stderr."""
    return load_plugins(plugins or Selection(), lambda line: print(f"warning: {line}", file=sys.stderr))  # noqa: T201


def build(kind: str, name: str, /, **params: Any) -> Any:
    """The object that a component builds: a network, a pruner, a task's loader, ...

    Args:
        kind: as in `bench list`: pruner, parametrization, model, task, objective, measure, analysis
            or suite.
        name: the component's name.
        **params: its parameters; the others keep their defaults.

    Raises:
        UserError: for an unknown kind, name or parameter, or a value of the wrong type.
    """
    return catalog().get(kind, name).make(params)


def load_suite(
    suite: str | Path, settings: Mapping[str, Any] | Sequence[str] = (), plugins: Selection | None = None
) -> AnySuite:
    """The suite by name or path, with `settings` such as {"seed": [0, 1], "train.epochs": 2} laid over it."""
    return load_suite_file(suite, catalog(plugins), _settings(settings))


def plan(
    suite: str | Path, settings: Mapping[str, Any] | Sequence[str] = (), only: Sequence[str] = ()
) -> list[Trial]:
    """The trials of a suite; `only` filters them, as `["pruner=magnitude", "seed=0,1"]`."""
    found = catalog()
    return only_trials(plan_trials(load_suite_file(suite, found, _settings(settings)), found), only)


def run(
    suite: str | Path,
    store: str | Path | None = None,
    settings: Mapping[str, Any] | Sequence[str] = (),
    request: RunRequest | None = None,
    plugins: Selection | None = None,
) -> pd.DataFrame:
    """Run a suite and give its records as a tidy frame, one row a trial that ended well.

    Args:
        suite: a name of `bench list suites`, or a path to a TOML file.
        store: the folder of records; `BENCH_STORE` or ./bench-store where none is given.
        settings: changes of grid and recipe, such as {"seed": [0, 1], "train.epochs": 2}.
        request: further options; its store is replaced by `store` where that is given.
        plugins: which plugins to load.

    Returns:
        A frame with the record's fields as dotted columns: `spec.pruner`, `metrics.accuracy`, ...

    Raises:
        UserError: for a bad suite, setting, device or store.
    """
    from bench.board.frame import tidy  # noqa: PLC0415
    from bench.store.reading import records_of  # noqa: PLC0415

    chosen = plugins or Selection()
    given = Path(store) if store is not None else request.store if request else default_store()
    root = given.absolute()
    options = replace(request, store=root) if request else RunRequest(store=root)
    found = catalog(chosen)
    loaded = load_suite_file(suite, found, _settings(settings))
    trials = only_trials(plan_trials(loaded, found), options.only)
    run_trials(loaded, trials, options, found, chosen)
    return tidy(records_of(root, {(trial.suite.name, trial.trial_id) for trial in trials}))


def _settings(given: Mapping[str, Any] | Sequence[str]) -> Settings:
    if isinstance(given, Mapping):
        import json  # noqa: PLC0415

        return settings_of(list(json.loads(json.dumps(dict(given))).items()))
    return parse_settings(given)
