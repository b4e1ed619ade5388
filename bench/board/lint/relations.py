"""What a row's columns must be to each other, whatever was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bench.board.lint.findings import Finding, finding, said, shown
from bench.board.lint.limits import is_possible
from bench.board.lint.ranges import ONE, Range
from bench.board.lint.rows import Row


class SparsityOf(StrEnum):
    """What a table's sparsity is a share of: all parameters, prunable weights, or units such as channels."""

    PARAMETERS = "parameters"
    WEIGHTS = "weights"
    UNITS = "units"


class Holds(StrEnum):
    """How a column must stand to what others give."""

    EQUAL = "equal"
    AT_MOST = "at most"


@dataclass(frozen=True)
class Relation:
    """`role` is, or is at most, what `given` makes of the columns `of`.

    `formula` says so in words. `sparsity_of` are the accounts of sparsity under which it holds.
    """

    rule: str
    role: str
    of: tuple[str, ...]
    given: Callable[..., Range]
    formula: str
    holds: Holds = Holds.EQUAL
    sparsity_of: tuple[SparsityOf, ...] = tuple(SparsityOf)


_PARAMETERS, _WEIGHTS = (SparsityOf.PARAMETERS,), (SparsityOf.WEIGHTS,)
_WHOLE = "that of the dense network"
RELATIONS = (
    Relation("difference", "difference", ("pruned", "base"), lambda p, b: p - b, "pruned - base"),
    Relation("difference", "drop", ("base", "pruned"), lambda b, p: b - p, "base - pruned"),
    Relation("size", "params", ("dense-params",), lambda d: d, _WHOLE, Holds.AT_MOST),
    Relation("size", "flops", ("dense-flops",), lambda d: d, _WHOLE, Holds.AT_MOST),
    Relation("kept", "kept", ("params", "dense-params"), lambda p, d: p / d, "params / dense-params"),
    Relation(
        "sparsity",
        "sparsity",
        ("params", "dense-params"),
        lambda p, d: ONE - p / d,
        "1 - params / dense-params",
        sparsity_of=_PARAMETERS,
    ),
    Relation("sparsity", "sparsity", ("kept",), lambda k: ONE - k, "1 - kept", sparsity_of=_PARAMETERS),
    Relation(
        "compression", "compression", ("params", "dense-params"), lambda p, d: d / p, "dense-params / params"
    ),
    Relation("compression", "compression", ("kept",), lambda k: ONE / k, "1 / kept"),
    Relation(
        "compression",
        "compression",
        ("sparsity",),
        lambda s: ONE / (ONE - s),
        "1 / (1 - sparsity)",
        sparsity_of=_PARAMETERS,
    ),
    Relation(
        "compression",
        "compression",
        ("sparsity",),
        lambda s: ONE / (ONE - s),
        "1 / (1 - sparsity)",
        Holds.AT_MOST,
        sparsity_of=_WEIGHTS,
    ),
    Relation("speed-up", "speed-up", ("flops", "dense-flops"), lambda f, d: d / f, "dense-flops / flops"),
    Relation("speed-up", "speed-up", ("flops-cut",), lambda c: ONE / (ONE - c), "1 / (1 - flops-cut)"),
    Relation(
        "flops-cut",
        "flops-cut",
        ("flops", "dense-flops"),
        lambda f, d: ONE - f / d,
        "1 - flops / dense-flops",
    ),
)


def related(row: Row, sparsity_of: SparsityOf) -> Iterator[Finding]:
    """What of a row contradicts itself, each number taken for all that its digits allow."""
    for relation in RELATIONS:
        roles = (relation.role, *relation.of)
        if sparsity_of not in relation.sparsity_of or not all(role in row.values for role in roles):
            continue
        stated, *others = (row.values[role] for role in roles)
        if not all(is_possible(role, row.values[role]) for role in roles):
            continue
        made = relation.given(*others)
        at_most = relation.holds is Holds.AT_MOST
        if stated.above(made) if at_most else not stated.meets(made):
            says = f"{said(row, relation.role)}, but {', '.join(said(row, role) for role in relation.of)}"
            right = f"{'at most ' if at_most else ''}{shown(made, relation.role)}: {relation.formula}"
            yield finding(row, relation.rule, roles, says, right + _hint(relation, stated, made))


def _hint(relation: Relation, stated: Range, made: Range) -> str:
    if relation.rule == "difference" and (Range.of(stated.middle - stated.middle) - stated).meets(made):
        return "; the sign is turned round"
    if relation.rule == "compression" and relation.of == ("sparsity",) and made.above(stated):
        return "; less where sparsity counts prunable weights alone (--sparsity-of weights)"
    if relation.rule == "sparsity" and stated.above(made):
        return "; more where sparsity counts prunable weights alone (--sparsity-of weights)"
    return ""
