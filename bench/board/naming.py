"""The names of cells and contestants, told apart where they differ in parameters alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.board.frame import PENALTIES
from bench.board.labels import distinct_labels
from bench.board.points import Row
from bench.board.text import plain_text
from bench.suite.schedules import schedule_words

_ENTRY_DETAILS = (
    "spec.params.",
    "spec.matched_to.params.",
    "spec.parametrization_params.",
    *PENALTIES,
    "spec.recipe.",
    "spec.schedule_params.",
    "components.pruner.",
    "components.matched_to.",
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


def entry_names(entries: Mapping[str, Row]) -> dict[str, str]:
    """The names of a cell's contestants, of a row each: the pruner, what surrounds it, what sets it apart."""
    names = {entry: plain_text(" · ".join(_words(row))) for entry, row in entries.items()}
    details = {entry: {str(name): value for name, value in row.items()} for entry, row in entries.items()}
    return distinct_labels(names, details, _ENTRY_DETAILS)


def under(row: Row, prefix: str) -> dict[str, Any]:
    """The fields of `row` below `prefix`, by the rest of their names, without those that it lacks."""
    return {
        str(name).removeprefix(prefix): value
        for name, value in row.items()
        if str(name).startswith(prefix) and value is not None and value == value  # noqa: PLR0124 - not NaN
    }


def _words(row: Row) -> list[str]:
    parametrization = str(row["spec.parametrization"])
    matched = under(row, "spec.matched_to.").get("name")
    schedule = schedule_words(str(row["spec.schedule"]), under(row, "spec.schedule_params."))
    pruner = str(row["spec.pruner"]) + (f" (layer-matched to {matched})" if matched else "")
    return [
        *([] if parametrization == "direct" else [parametrization]),
        pruner,
        *([schedule] if schedule else []),
    ]


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
