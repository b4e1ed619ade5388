"""leaderboard.json and records.jsonl: the standings and the records they come from, for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.board.cells import Cell
from bench.board.formats import significant
from bench.board.site_names import records_file
from bench.plan.canonical import canonical_json

if TYPE_CHECKING:
    from bench.store.record import Record

BOARD_SCHEMA = 1


def leaderboard_json(cells: Iterable[Cell]) -> bytes:
    """The standings as JSON, in the order and with the field names of `bench.board.cells`."""
    plain = {"schema": BOARD_SCHEMA, "cells": [_rounded(asdict(cell)) for cell in cells]}
    return json.dumps(plain, indent=1, allow_nan=False).encode() + b"\n"


def records_jsonl(records: Iterable[Record]) -> bytes:
    """The records as JSON lines, sorted by trial id; equal records give equal bytes."""
    lines = sorted((record.trial_id, canonical_json(record.plain())) for record in records)
    return b"".join(line + b"\n" for _, line in lines)


def records_files(cells: Iterable[Cell], records: Iterable[Record]) -> dict[str, bytes]:
    """For each contestant a JSON array of its records, by path; a record a line, sorted by trial id."""
    by_id = {record.trial_id: record for record in records}
    return {
        records_file(one.entry): _array(by_id[trial] for trial in one.provenance.trials)
        for cell in cells
        for one in cell.standings
    }


def _array(records: Iterable[Record]) -> bytes:
    lines = [canonical_json(record.plain()) for record in records]
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, Mapping):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
