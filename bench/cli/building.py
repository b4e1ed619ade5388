"""A board built with all that the catalog can add to it, and warnings on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bench.board.about import About
    from bench.board.build import Built
    from bench.board.claims import SuiteClaims
    from bench.registry.catalog import Catalog
    from bench.store.record import Record


def built_board(
    store: Path,
    out: Path,
    catalog: Catalog,
    suite: str | None = None,
    *,
    figures: bool = True,
    reference: Path | None = None,
) -> Built:
    """Build the board of a store into `out`, with the claims and papers that the catalog knows.

    `reference` is a folder of published numbers to show beside the records.
    """
    from bench.board.about import about  # noqa: PLC0415
    from bench.board.build import Extras, build_board  # noqa: PLC0415
    from bench.board.claims import published_claims  # noqa: PLC0415

    def claims(records: Sequence[Record]) -> tuple[SuiteClaims, ...]:
        return published_claims(catalog, records, lambda line: click.echo(f"warning: {line}", err=True))

    def known(records: Sequence[Record]) -> About:
        return about(catalog, records)

    return build_board(store, out, suite, figures=figures, extras=Extras(claims, known, reference))
