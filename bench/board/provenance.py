"""Where a contestant's numbers come from: its trials, the code and the machines that ran them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.board.text import plain_text

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Provenance:
    """The source of a row of the board; each field holds what any of its trials says.

    `trials` are the trial ids; `plugins` name the pruner's distribution and its version, `version` is
    the pruner's own; `commits` are those of the checkouts that ran, marked where they had changes;
    `only` are the `--only` pairs that choose these trials of the suite's plan.
    """

    trials: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    version: str = ""
    releases: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def provenance(rows: Sequence[Row], only: Iterable[str] = ()) -> Provenance:
    """The source of the numbers in rows of the tidy frame, all of one contestant."""
    return Provenance(
        trials=tuple(sorted(str(row["trial_id"]) for row in rows)),
        plugins=_all(rows, _plugin),
        version=plain_text(rows[0].get("components.pruner.version", "")),
        releases=_all(rows, lambda row: _text(row, "env.prunebench")),
        commits=_all(rows, _commit),
        machines=_all(rows, machine),
        only=tuple(only),
    )


def machine(row: Row) -> str:
    """The machine of a record in words: its device and processor, threads and versions."""
    device, cpu = _text(row, "env.device"), _text(row, "env.cpu")
    threads, torch, system = (_text(row, f"env.{name}") for name in ("threads", "torch", "os"))
    words = [
        *([device] if device and device != "cpu" else []),
        *([cpu] if cpu else []),
        *([f"{float(threads):.0f} thread{'s' if float(threads) != 1 else ''}"] if threads else []),
        *([f"torch {torch}"] if torch else []),
        *([system] if system else []),
    ]
    return plain_text(", ".join(words))


def _plugin(row: Row) -> str:
    name, version = (_text(row, f"components.pruner.distribution{end}") for end in ("", "_version"))
    return f"{name} {version}".strip()


def _commit(row: Row) -> str:
    sha = _text(row, "env.git.sha")
    return f"{sha} with uncommitted changes" if sha and row.get("env.git.dirty") is True else sha


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None or value != value else plain_text(value)  # noqa: PLR0124 - NaN is nothing


def _all(rows: Sequence[Row], read: Any) -> tuple[str, ...]:
    return tuple(sorted({text for row in rows if (text := read(row))}))
