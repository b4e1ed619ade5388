"""`bench list [KIND]`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bench.cli.options import json_option, load_catalog, with_plugins
from bench.errors import UserError
from bench.registry.components import PLURALS
from bench.registry.suggest import did_you_mean

if TYPE_CHECKING:
    from bench.registry.catalog import Catalog
    from bench.registry.origin import Selection


@click.command()
@click.argument("kind", required=False)
@json_option
@with_plugins
def command(kind: str | None, plugins: Selection, *, as_json: bool) -> None:
    """List what plugins offer.

    KIND is pruners, parametrizations, models, tasks, objectives, measures, analyses, figures, suites,
    executors or plugins; all kinds without it. With --json, a list of {"kind", "name", "summary",
    "distribution", "version"}.
    """
    kinds = _kinds(kind)
    catalog = load_catalog(plugins)
    rows = _plugin_rows(catalog) if kinds == ["plugin"] else _rows(catalog, kinds)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    heading = ""
    for row in rows:
        if row["kind"] != heading:
            heading = row["kind"]
            click.echo(("" if row is rows[0] else "\n") + PLURALS.get(heading, f"{heading}s"))
        click.echo(f"  {row['name']:<{width}}  {row['summary']}")


def _kinds(word: str | None) -> list[str]:
    if word is None:
        return list(PLURALS)
    by_word = {plural: kind for kind, plural in PLURALS.items()} | {kind: kind for kind in PLURALS}
    by_word |= {"plugins": "plugin", "plugin": "plugin"}
    if word not in by_word:
        raise UserError(f"unknown kind '{word}'", did_you_mean(word, [*PLURALS.values(), "plugins"]))
    return [by_word[word]]


def _rows(catalog: Catalog, kinds: list[str]) -> list[dict[str, str]]:
    return [
        {
            "kind": kind,
            "name": offer.component.name,
            "summary": offer.component.summary,
            "distribution": offer.origin.distribution,
            "version": offer.component.version,
        }
        for kind in kinds
        for offer in catalog.of_kind(kind)
    ]


def _plugin_rows(catalog: Catalog) -> list[dict[str, str]]:
    return [
        {
            "kind": "plugin",
            "name": state.origin.plugin,
            "summary": f"{state.state}: {state.reason}" if state.reason else state.state,
            "distribution": state.origin.distribution,
            "version": state.origin.version,
        }
        for state in catalog.plugins
    ]
