"""Contestants of the tidy frame: a selection that is meant for one must match one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_REPEATED = ("spec.seed", "spec.sparsity")
_NAMED = ("spec.task", "spec.model", "spec.pruner")


def one_contestant(rows: pd.DataFrame, what: str = "the selection") -> None:
    """Check that `rows` are of one contestant: of one cell and entry; none at all will do.

    Raises:
        UserError: where they are of several, with what tells them apart.
    """
    if rows["entry"].nunique() > 1:
        listed = described(rows)
        raise UserError(
            f"{what} matches {len(listed)} contestants: {'; '.join(listed)}",
            "add conditions to `where` that leave one of them",
        )


def one_sparsity(rows: pd.DataFrame, what: str = "the selection") -> None:
    """Check that `rows` are of one requested sparsity; raises `UserError` with those there are."""
    found = sorted(rows["spec.sparsity"].unique())
    if len(found) > 1:
        raise UserError(
            f"{what} matches {len(found)} sparsities: {', '.join(f'{one:g}' for one in found)}",
            f"add 'sparsity={found[-1]:g}' to `where`",
        )


def described(rows: pd.DataFrame) -> list[str]:
    """The contestants of `rows`, each by the fields of its spec in which they differ, sorted."""
    return sorted(told_apart(rows).values())


def told_apart(rows: pd.DataFrame) -> dict[str, str]:
    """By entry, the fields of the spec in which the contestants of `rows` differ, with their values."""
    names = [
        str(name)
        for name in rows.columns
        if str(name).startswith(("spec.", "components.")) and name not in _REPEATED
    ]
    found = rows[["entry", *names]].drop_duplicates("entry")
    columns = [found[name].tolist() for name in found.columns]
    first = [dict(zip(found.columns, values, strict=True)) for values in zip(*columns, strict=True)]
    differing = [name for name in names if len({str(row[name]) for row in first}) > 1]
    spec = [name for name in differing if name.startswith("spec.")]
    shown = [*(name for name in _NAMED if name in spec), *(name for name in spec if name not in _NAMED)]
    shown = shown or differing
    return {
        row["entry"]: ", ".join(
            f"{name.removeprefix('spec.')}={row[name]}" for name in _having(row, shown)[:6]
        )
        for row in first
    }


def _having(row: dict[Any, Any], names: list[str]) -> list[str]:
    return [name for name in names if _there(row[name])]


def _there(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - not NaN
