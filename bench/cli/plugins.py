"""`bench plugins list|check|new`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import json_option, load_catalog, with_plugins
from bench.errors import UserError
from bench.registry.components import PLURALS
from bench.suite.settings import parse_value

if TYPE_CHECKING:
    from bench.registry.origin import PluginState, Selection
    from bench.testing import Finding


@click.group(no_args_is_help=True)
def command() -> None:
    """List plugins, check that they do what the harness expects, and start a new one."""


@command.command("list")
@json_option
@with_plugins
def list_plugins(plugins: Selection, *, as_json: bool) -> None:
    """List plugins: where each comes from, its state and why, and what it offers."""
    catalog = load_catalog(plugins)
    rows = [_row(state) for state in catalog.plugins]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    width = max((len(row["plugin"]) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['plugin']:<{width}}  {row['version']:<12}  {row['state']:<11}  {_words(row)}")


@command.command("check")
@click.argument("dist", required=False)
@click.option(
    "--param",
    "given",
    multiple=True,
    metavar="COMPONENT.NAME=VALUE",
    help="A parameter that has no default, such as model:timm.name=resnet18.",
)
@json_option
@with_plugins
def check(dist: str | None, given: tuple[str, ...], plugins: Selection, *, as_json: bool) -> int:
    """Check every component of a distribution: one line a check, and exit 1 if any fails.

    DIST is a distribution as pip knows it, or DISTRIBUTION:ENTRY for one plugin of it; without it, the
    plugins given by --plugin-file are checked.
    """
    from bench.registry.origin import INLINE_DISTRIBUTION  # noqa: PLC0415
    from bench.testing import report  # noqa: PLC0415
    from bench.testing.conformance import checks_of  # noqa: PLC0415

    if dist is None and not plugins.files:
        raise UserError("nothing to check", "name a distribution, or give --plugin-file FILE")
    catalog = load_catalog(plugins)
    checks = checks_of(catalog, dist or INLINE_DISTRIBUTION, _params(given), plugins.files)
    width = max((len(check.name) for check in checks), default=0)
    findings = report(checks, _Printer(width) if not as_json else lambda _: None)
    failed = sum(finding.outcome == "FAIL" for finding in findings)
    if as_json:
        click.echo(json.dumps([finding.plain() for finding in findings], indent=1))
    else:
        skipped = sum(finding.outcome == "skip" for finding in findings)
        passed = len(findings) - failed - skipped
        click.echo(f"\n{passed} ok, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


@command.command("new")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice([kind for kind in PLURALS if kind != "suite"]),
    default="pruner",
    show_default=True,
    help="What the plugin offers.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write the package into.  [default: here]",
)
def new(name: str, kind: str, out: Path) -> None:
    """Write an installable package with one component, a test and a README, that passes every check.

    NAME is the component's name, such as taylor; the package is called bench-NAME.
    """
    from bench.registry.scaffold import write_plugin  # noqa: PLC0415

    folder = write_plugin(name, kind, out)
    click.echo(f"wrote {folder}")
    click.echo(
        f"next: pip install -e {folder} && bench plugins check {folder.name} && bench show {name}", err=True
    )


def _params(given: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Parameters by component from words such as `model:timm.name=resnet18`."""
    params: dict[str, dict[str, Any]] = {}
    for word in given:
        key, equals, text = word.partition("=")
        component, dot, name = key.rpartition(".")
        if not (equals and dot and component and name):
            raise UserError(
                f"--param {word}: not COMPONENT.NAME=VALUE", "for example --param model:timm.name=resnet18"
            )
        params.setdefault(component, {})[name] = parse_value(text)
    return params


def _row(state: PluginState) -> dict[str, Any]:
    return {
        "plugin": state.origin.plugin,
        "distribution": state.origin.distribution,
        "version": state.origin.version,
        "state": state.state,
        "reason": state.reason,
        "offers": [{"kind": kind, "name": name} for kind, name in state.offered],
    }


def _words(row: dict[str, Any]) -> str:
    by_kind: dict[str, list[str]] = {}
    for offer in row["offers"]:
        by_kind.setdefault(PLURALS[offer["kind"]], []).append(offer["name"])
    offers = "; ".join(f"{kind} {', '.join(names)}" for kind, names in by_kind.items())
    return " · ".join(part for part in (offers, row["reason"]) if part) or "offers nothing"


class _Printer:
    """Prints a line a check, under a heading a component."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._heading = ""

    def __call__(self, finding: Finding) -> None:
        heading = f"{finding.kind} {finding.component}"
        if heading != self._heading:
            click.echo(("\n" if self._heading else "") + heading)
            self._heading = heading
        mark = click.style(
            f"{finding.outcome:<4}", fg=_COLOURS[finding.outcome], bold=finding.outcome == "FAIL"
        )
        sentence = f"{finding.detail}" if finding.outcome != "ok" else finding.summary
        click.echo(f"  {mark}  {finding.check:<{self._width}}  {sentence}")
        sys.stdout.flush()


_COLOURS = {"ok": "green", "FAIL": "red", "skip": "yellow"}
