"""The names of cells and contestants, told apart where they differ in parameters alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.board.labels import distinct_labels
from bench.board.points import Row
from bench.board.text import plain_text

_ENTRY_DETAILS = (
    "spec.params.",
    "spec.parametrization_params.",
    "spec.recipe.",
    "spec.schedule",
    "components.pruner.",
    "components.",
    "spec.measures",
)


@dataclass(frozen=True)
class CellName:
    """How the pickers name a cell within its suite."""

    task: str
    model: str


def cell_names(first: Mapping[str, Row]) -> dict[str, CellName]:
    """The names of cells, from one row of each; no two cells of a suite have the same pair."""
    suites = {key: f"{row['suite.name']}\0{row['suite.version']}" for key, row in first.items()}
    tasks = _names(suites, first, "task")
    models = _names({key: f"{suites[key]}\0{tasks[key]}" for key in first}, first, "model")
    return {key: CellName(tasks[key], models[key]) for key in first}


def entry_names(entries: Mapping[str, list[Row]]) -> dict[str, str]:
    """The names of a cell's contestants: the pruner, what surrounds it, and what sets it apart."""
    names = {}
    for entry, rows in entries.items():
        parametrization, schedule = rows[0]["spec.parametrization"], rows[0]["spec.schedule"]
        words = [] if parametrization == "direct" else [parametrization]
        words += [rows[0]["spec.pruner"]] + ([] if schedule == "one-shot" else [schedule])
        names[entry] = plain_text(" · ".join(map(str, words)))
    details = {
        entry: {str(name): value for name, value in rows[0].items()} for entry, rows in entries.items()
    }
    return distinct_labels(names, details, _ENTRY_DETAILS)


def _names(within: Mapping[str, str], first: Mapping[str, Row], kind: str) -> dict[str, str]:
    """Labels for the tasks or models of cells; cells of one suite may differ in parameters alone."""
    prefixes = [f"spec.{kind}_params."] + (["spec.output_layer"] if kind == "model" else [])
    names: dict[str, str] = {}
    for room in dict.fromkeys(within.values()):
        inside = {key: first[key] for key in first if within[key] == room}
        variants: dict[tuple[Any, ...], str] = {}
        for key, row in inside.items():
            variants.setdefault(_variant(row, f"spec.{kind}", prefixes), key)
        labels = distinct_labels(
            {key: str(inside[key][f"spec.{kind}"]) for key in variants.values()},
            {key: {str(name): value for name, value in inside[key].items()} for key in variants.values()},
            prefixes,
        )
        names |= {
            key: labels[variants[_variant(row, f"spec.{kind}", prefixes)]] for key, row in inside.items()
        }
    return names


def _variant(row: Row, column: str, prefixes: list[str]) -> tuple[Any, ...]:
    fields = sorted(name for name in row if str(name).startswith(tuple(prefixes)))
    return (row[column], *(repr(row[name]) for name in fields))
