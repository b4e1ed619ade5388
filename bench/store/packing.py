"""Packs: the records of a suite in one compressed file with reproducible bytes."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable

from bench.store.record import Record


def pack_bytes(records: Iterable[Record]) -> bytes:
    """A gzip of JSON lines, one record a line, sorted by trial id; equal records give equal bytes."""
    lines = sorted(
        (record.trial_id, json.dumps(record.plain(), sort_keys=True, separators=(",", ":"), allow_nan=False))
        for record in records
    )
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", filename="", mtime=0) as file:
        for _, line in lines:
            file.write(line.encode() + b"\n")
    return buffer.getvalue()
