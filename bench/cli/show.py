"""`bench show NAME`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from bench.cli.options import json_option, load_catalog, with_plugins
from bench.errors import UserError
from bench.registry.suggest import did_you_mean

if TYPE_CHECKING:
    from bench.registry.catalog import Catalog, Offer
    from bench.registry.components import Suite
    from bench.registry.origin import Selection


@click.command()
@click.argument("name")
@json_option
@with_plugins
def command(name: str, plugins: Selection, *, as_json: bool) -> None:
    """Show a component or a suite in full: parameters, version, origin, citation.

    NAME is a component's name, or KIND:NAME where two kinds share it, such as pruner:random.
    """
    catalog = load_catalog(plugins)
    found = _find(catalog, name)
    described = [describe(offer) | _said(offer, catalog) for offer in found]
    if as_json:
        click.echo(json.dumps(described, indent=1))
        return
    for offer, facts in zip(found, described, strict=True):
        _print(facts)
        for claim in facts.get("claims", ()):
            click.echo(f"  claim {claim['id']}: {claim['statement']} ({claim['source']})")
        for figure in facts.get("figures", ()):
            click.echo(f"  figure {figure['id']}: {figure['title']}")
        if offer.component.kind == "suite":
            click.echo("\n" + _text(cast("Suite", offer.component).path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}", "install its plugin again") from None


def _find(catalog: Catalog, name: str) -> list[Offer]:
    kind, colon, rest = name.partition(":")
    if colon and (kind, rest) in catalog.offers:
        return [catalog.offers[kind, rest]]
    found = [offer for (_, known), offer in sorted(catalog.offers.items()) if known == name]
    if not found:
        raise UserError(
            f"nothing is called '{name}'", did_you_mean(name, (known for _, known in catalog.offers))
        )
    return found


def _said(offer: Offer, catalog: Catalog) -> dict[str, Any]:
    if offer.component.kind != "suite":
        return {}
    from bench.suite.load import load_suite  # noqa: PLC0415

    try:
        suite = load_suite(cast("Suite", offer.component).path, catalog)
    except UserError as error:
        click.echo(f"warning: {error.message}", err=True)
        return {}
    claims = [claim for member in suite.members for claim in member.file.claim]
    figures = [figure for member in suite.members for figure in member.file.figure]
    return {
        "claims": [claim.model_dump(mode="json") for claim in claims],
        "figures": [figure.model_dump(mode="json") for figure in figures],
    }


def describe(offer: Offer) -> dict[str, Any]:
    """All facts of a component as JSON types."""
    component = offer.component
    return {
        "kind": component.kind,
        "name": component.name,
        "summary": component.summary,
        "version": component.version,
        "distribution": offer.origin.distribution,
        "distribution_version": offer.origin.version,
        "params": [
            {
                "name": param.name,
                "type": param.type_name,
                "default": None if param.required else param.default,
                "required": param.required,
                "choices": list(param.choices),
                "help": param.help,
            }
            for param in component.all_params
        ],
        "needs": list(component.needs),
        "cite": component.cite,
    }


def _print(facts: dict[str, Any]) -> None:
    click.echo(f"{facts['kind']} {facts['name']}: {facts['summary']}")
    click.echo(f"  version {facts['version']}, from {facts['distribution']} {facts['distribution_version']}")
    for param in facts["params"]:
        default = "required" if param["required"] else f"default {param['default']!r}"
        choices = f", one of {', '.join(map(str, param['choices']))}" if param["choices"] else ""
        words = f": {param['help']}" if param["help"] else ""
        click.echo(f"  {param['name']} ({param['type']}, {default}{choices}){words}")
    if facts["needs"]:
        click.echo(f"  needs {', '.join(facts['needs'])}")
    if facts["cite"]:
        click.echo(f"  cite: {facts['cite']}")
