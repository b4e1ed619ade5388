"""`bench run SUITE`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.executors import executor_options, executor_params
from bench.cli.options import (
    data_dir_option,
    device_option,
    download_option,
    jobs_option,
    json_option,
    load_catalog,
    only_option,
    set_option,
    store_option,
    with_plugins,
)

if TYPE_CHECKING:
    from bench.registry.origin import Selection


@click.command()
@click.argument("suite")
@store_option
@set_option
@only_option
@device_option
@executor_options
@jobs_option
@click.option(
    "--retry",
    multiple=True,
    type=click.Choice(["failed", "oom", "timeout", "unsupported", "all"]),
    help="Run earlier failures of this kind again; may be given again.",
)
@click.option("--force", is_flag=True, help="Run finished trials again too.")
@click.option("--dry-run", is_flag=True, help="Show the plan and run nothing.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    help="Seconds of silence after which a trial is given up.",
)
@data_dir_option
@download_option
@click.option(
    "--no-banks",
    is_flag=True,
    help="Train every network alone, also where training like ones as one batch pays.",
)
@json_option
@with_plugins
@click.pass_context
def command(
    context: click.Context,
    /,
    suite: str,
    store: Path,
    settings: tuple[str, ...],
    plugins: Selection,
    *,
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Run a suite: train, prune, fine-tune, measure, and store a record a trial.

    SUITE is a name of `bench list suites`, or a path to a TOML file. Finished trials are not run
    again: stop whenever you like, and run the same command to go on.
    """
    if dry_run:
        from bench.cli.plan import command as plan  # noqa: PLC0415

        chosen = {"suite": suite, "store": store, "settings": settings, "only": options["only"]}
        return int(context.invoke(plan, **chosen, as_json=as_json, **_plugin_options(plugins)) or 0)
    from bench.cli.report import report  # noqa: PLC0415
    from bench.plan.trials import plan_trials  # noqa: PLC0415
    from bench.runner.filters import only  # noqa: PLC0415
    from bench.runner.request import RunRequest, default_data_root  # noqa: PLC0415
    from bench.runner.run import run_trials  # noqa: PLC0415
    from bench.suite.load import load_suite  # noqa: PLC0415
    from bench.suite.settings import parse_settings  # noqa: PLC0415

    root = store.absolute()  # before any plugin can change the working directory
    catalog = load_catalog(plugins)
    params = executor_params(catalog, options["executor"], options["executor_set"], options["address"])
    loaded = load_suite(suite, catalog, parse_settings(settings))
    trials = only(plan_trials(loaded, catalog), options["only"])
    request = RunRequest(
        store=root,
        only=options["only"],
        device=options["device"],
        jobs=options["jobs"],
        retry=options["retry"],
        force=options["force"],
        timeout=options["timeout"],
        data_root=options["data_dir"] or default_data_root(),
        download=options["download"],
        banks=not options["no_banks"],
        executor=options["executor"],
        executor_params=params,
    )
    summary = replace(run_trials(loaded, trials, request, catalog, plugins), store=store)
    if as_json:
        click.echo(json.dumps(summary.plain()))
    else:
        report(summary, trials, root)
    return 1 if summary.failed else 0


def _plugin_options(plugins: Selection) -> dict[str, Any]:
    return {"which": plugins.which, "strict_plugins": plugins.strict, "files": plugins.files}
