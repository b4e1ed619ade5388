"""Packs: the records of a suite in one compressed file with reproducible bytes."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable

from bench.errors import UserError
from bench.store.reading import MAX_PACK_BYTES
from bench.store.record import Record


def pack_bytes(records: Iterable[Record]) -> bytes:
    """A gzip of JSON lines, one record a line, sorted by trial id; equal records give equal bytes.

    Raises:
        UserError: for more than a reader of packs takes.
    """
    lines = sorted(
        (record.trial_id, json.dumps(record.plain(), sort_keys=True, separators=(",", ":"), allow_nan=False))
        for record in records
    )
    if sum(len(line) + 1 for _, line in lines) > MAX_PACK_BYTES:
        raise UserError(
            f"{len(lines)} records in one pack: it would unfold to more than {MAX_PACK_BYTES} bytes",
            "leave them loose, or run the seeds as several suites",
        )
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", filename="", mtime=0) as file:
        for _, line in lines:
            file.write(line.encode() + b"\n")
    return buffer.getvalue()
