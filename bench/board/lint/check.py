"""The lint of a published table, whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.board.lint.columns import Mapped
from bench.board.lint.findings import Finding
from bench.board.lint.limits import Metric, impossible
from bench.board.lint.ranks import misranked, ranked_by
from bench.board.lint.relations import RELATIONS, SparsityOf, related
from bench.board.lint.roles import ROLES, Unit
from bench.board.lint.rows import Row, Rows, Unread, read_rows
from bench.board.lint.sizes import foreign_sizes
from bench.board.lint.table import Table
from bench.errors import UserError


@dataclass(frozen=True)
class Report:
    """What the lint found: `rules` are those that the columns allow, `columns` the headers by role."""

    rows: int
    columns: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]
    unread: tuple[Unread, ...]
    findings: tuple[Finding, ...]


def lint(table: Table, said: Mapped, metric: Metric, sparsity_of: SparsityOf) -> Report:
    """Every row of `table` that cannot be true, in the order of the rows.

    Nothing is taken for exact: a number stands for all those that are printed with its digits.

    Args:
        table: the published table.
        said: what the user says of its columns; others are guessed by their headers.
        metric: what `base` and `pruned` are.
        sparsity_of: what `sparsity` is a share of.

    Raises:
        UserError: for a header that is not there, a constant that is no number, or a table in which no
            rule applies.
    """
    rows = read_rows(table, said)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows.rows:
        groups.setdefault(row.group, []).append(row)
    known = {role for row in rows.rows for role in row.values}
    rules = tuple(dict.fromkeys(_rules(known, sparsity_of)))
    if not rules:
        raise UserError(
            f"no rule applies to the columns {', '.join(sorted(rows.columns)) or 'of this table'}",
            "name columns with --column ROLE=HEADER; see docs/lint.md",
        )
    by = ranked_by(tuple(known))
    found = [one for row in rows.rows for one in _of_row(row, rows, metric, sparsity_of)]
    for group in groups.values():
        found += misranked(group, by, metric) if by else ()
        found += foreign_sizes(group)
    order = {rule: place for place, rule in enumerate(rules)}
    found.sort(key=lambda one: (one.row, order[one.rule]))
    return Report(len(rows.rows), rows.columns, rules, rows.unread, tuple(found))


def _of_row(row: Row, rows: Rows, metric: Metric, sparsity_of: SparsityOf) -> Iterator[Finding]:
    yield from impossible(row, metric, percent=rows.percent)
    yield from related(row, sparsity_of)


def _rules(known: set[str], sparsity_of: SparsityOf) -> Iterator[str]:
    """The names of the rules that some row has the columns for."""
    if any(role in ("base", "pruned") or ROLES[role].unit in (Unit.SHARE, Unit.COUNT) for role in known):
        yield "range"
    for relation in RELATIONS:
        if {relation.role, *relation.of} <= known and sparsity_of in relation.sparsity_of:
            yield relation.rule
    if {"params", "kept"} <= known and "dense-params" not in known:
        yield "size"
    if "rank" in known and ranked_by(tuple(known)):
        yield "rank"
