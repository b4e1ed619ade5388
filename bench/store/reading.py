"""Reads records, loose and packed alike; what they hold is untrusted."""

from __future__ import annotations

import gzip
import heapq
import json
import math
import os
import zlib
from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench.errors import UserError
from bench.store.layout import Layout
from bench.store.record import Record
from bench.store.regular import read_regular
from bench.store.schemas import check_schema
from bench.suite.nesting import check_depth

MAX_RECORD_BYTES = 4_000_000
MAX_PACK_BYTES = 1_000_000_000
PACK_SUFFIX = ".jsonl.gz"


def parse_record(data: bytes | str, where: str) -> Record:
    """The record in `data`.

    Raises:
        OtherSchema: for a newer schema, or an older one from which `bench records migrate` knows a way.
        UserError: for anything else that is no record: as `parse_plain` and `record_of` do.
    """
    return record_of(parse_plain(data, where), where)


def parse_plain(data: bytes | str, where: str) -> Any:
    """What `data` holds, as JSON types.

    Raises:
        UserError: for text that is not UTF-8, bad JSON, a duplicate key, a number that is not finite or
            has more than 64 bits, or one that is nested too deep.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise UserError(f"{where}: larger than {MAX_RECORD_BYTES} bytes", "a record is a few kilobytes")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        plain = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_short,
        )
        check_depth(plain)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{where}: not a record: {error}", "restore the file, or delete it to run again"
        ) from None
    return plain


def record_of(plain: Any, where: str) -> Record:
    """The record that `plain` describes.

    Raises:
        OtherSchema: as `parse_record` does.
        UserError: for an unknown or missing field.
    """
    check_schema(plain, where)
    try:
        return Record.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ascii(".".join(map(str, first["loc"])))[1:-1][:100]
        raise UserError(
            f"{where}: not a record: {place}: {first['msg']}", "see leaderboard/schema.json"
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large")
    return value


def _short(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
        raise ValueError(f"{digits[:20]}... has more than 64 bits")
    return int(digits)


def read_record(path: Path) -> Record:
    """The record in the file at `path`; raises `UserError` as `parse_record` does."""
    return parse_record(whole_file(path), str(path))


def whole_file(path: Path) -> bytes:
    """What the file of a record holds; raises `UserError` where it cannot be read or is far too large."""
    try:
        return read_regular(path, MAX_RECORD_BYTES)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read: {error.strerror}", "check it, or delete it to run the trial again"
        ) from None


def read_pack(path: Path) -> Iterator[Record]:
    """The records of a pack, one a line."""
    for where, line in pack_lines(path):
        yield parse_record(line, where)


def pack_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """The lines of a pack, each with its place; unpacked piece by piece, however much they unfold to.

    Raises:
        UserError: for what is no whole gzip file, or unfolds to more than `MAX_PACK_BYTES`.
    """
    number = size = 0
    try:
        with gzip.open(path, "rb") as lines:
            while line := lines.readline(MAX_RECORD_BYTES + 1):
                number += 1
                size += len(line)
                if size > MAX_PACK_BYTES:
                    raise UserError(
                        f"{path}: unfolds to more than {MAX_PACK_BYTES} bytes",
                        "a thousand records unfold to a few megabytes",
                    )
                yield f"{path}: line {number}", line
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: not a pack: {error}", "write it again with `bench records pack`") from None


def record_files(root: Path) -> Iterator[Path]:
    """The record files and packs below `root`, which may be a store or any folder of records."""
    if root.is_file():
        yield root
        return
    layout = Layout(root)
    folders = [layout.records, layout.packs] if layout.marker.exists() else [root]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.name.startswith(".") or not path.is_file():
                continue
            if path.suffix == ".json" or path.name.endswith(PACK_SUFFIX):
                yield path


def records_of(root: Path, wanted: Collection[tuple[str, str]]) -> list[Record]:
    """The records below `root` that `wanted` names by suite and trial id.

    Raises:
        UserError: as `read_records` does.
    """
    suites = dict.fromkeys(suite for suite, _ in wanted)
    return [
        record
        for suite in suites
        for record in read_records(root, suite)
        if (suite, record.trial_id) in wanted
    ]


def read_records(root: Path, suite: str | None = None) -> Iterator[Record]:
    """All records below `root`, loose ones and packs alike, each trial once; of `suite` if given.

    Raises:
        UserError: where `root` does not exist or holds a file that is no record.
    """
    if not root.exists():
        raise UserError(f"{root}: no such store", "run a suite first, or name a store with --store")
    seen: set[tuple[str, str]] = set()
    for path in record_files(root):
        found = read_pack(path) if path.name.endswith(PACK_SUFFIX) else iter([read_record(path)])
        for record in found:
            key = (record.suite.name, record.trial_id)
            if key not in seen and suite in (None, record.suite.name):
                seen.add(key)
                yield record


def some_records(root: Path, most: int) -> Iterator[Record]:
    """The first records of each folder and pack below `root` by id, at most so many of each.

    Raises:
        UserError: for one that cannot be read.
    """
    layout = Layout(root)
    tops = [layout.records, layout.packs] if layout.marker.exists() else [root]
    for folder, _, names in chain.from_iterable(map(os.walk, tops)):
        loose = (name for name in names if name.endswith(".json") and not name.startswith("."))
        for name in heapq.nsmallest(most, loose):
            yield read_record(Path(folder, name))
        for name in names:
            if name.endswith(PACK_SUFFIX):
                yield from islice(read_pack(Path(folder, name)), most)
