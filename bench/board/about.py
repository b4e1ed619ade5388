"""What plugins say of what the records name: the papers of components, and what suites are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.board.bibtex import is_paper
from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.suite.load import load_suite

if TYPE_CHECKING:
    from bench.store.record import Record

Component = tuple[str, str]


@dataclass(frozen=True)
class About:
    """Papers by (kind, name) of a component, and summaries by (name, version) of a suite."""

    papers: Mapping[Component, str] = field(default_factory=dict)
    summaries: Mapping[tuple[str, str], str] = field(default_factory=dict)


def about(catalog: Catalog, records: Iterable[Record]) -> About:
    """What the catalog knows of the components and suites of `records`.

    A component or suite that is not in it, or whose requirements are missing, is left out.
    """
    components: set[Component] = set()
    suites: set[tuple[str, str]] = set()
    for record in records:
        suites.add((record.suite.name, record.suite.version))
        components |= {(key.partition(":")[0], part.name) for key, part in record.components.items()}
        if record.spec.matched_to is not None:
            components.add(("pruner", record.spec.matched_to.name))
    papers = {one: cite for one in sorted(components) if is_paper(cite := _cite(catalog, one))}
    summaries = {(name, version): _summary(catalog, name, version) for name, version in sorted(suites)}
    return About(papers, {suite: text for suite, text in summaries.items() if text})


def _cite(catalog: Catalog, component: Component) -> str:
    if component not in catalog.offers:
        return ""
    try:
        return catalog.get(*component).cite
    except UserError:
        return ""


def _summary(catalog: Catalog, name: str, version: str) -> str:
    if ("suite", name) not in catalog.offers:
        return ""
    try:
        [suite, *joined] = load_suite(name, catalog).members
    except UserError:
        return ""
    return suite.file.summary if not joined and suite.file.version == version else ""
