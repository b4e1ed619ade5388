"""The files of a submission: regular ones with plain names, inside its folder, and none but records."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from bench.board.submission.problems import Complaint, Problems, quoted
from bench.errors import UserError
from bench.store.layout import Layout
from bench.store.reading import PACK_SUFFIX

MOST_FILES = 20_000
MOST_FOLDERS = 4
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def record_paths(root: Path, problems: Problems) -> Iterator[Path]:
    """The record files below `root`, or `root` itself; what is none is a problem.

    Symbolic links are not followed, and nothing but regular files is opened.

    Raises:
        UserError: where `root` does not exist, cannot be looked at, or is a whole store.
    """
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise UserError(
            f"{quoted(root, 400)}: no such submission: {error.strerror}",
            "name a record, a pack or a folder of them",
        ) from None
    if not stat.S_ISDIR(mode):
        complaint = _wrong_file(root.name, mode)
        problems.add(root.name, [complaint] if complaint else [])
        yield from [] if complaint else [root]
        return
    if Layout(root).marker.exists():
        raise UserError(
            f"{quoted(root, 400)}: a whole store, not a submission",
            "pack its records: `bench records pack --store STORE --out DIR`, then check DIR",
        )
    yield from _below(root, "", problems, [MOST_FILES])


def _below(folder: Path, place: str, problems: Problems, left: list[int]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        left[0] -= 1
        where = f"{place}{entry.name}"
        if left[0] < 0:
            problems.add(place or ".", [Complaint(f"more than {MOST_FILES} files", "pack the records")])
            return
        complaint = _wrong_entry(entry, where)
        if complaint is not None:
            problems.add(where, [complaint])
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), f"{where}/", problems, left)
        else:
            yield Path(entry.path)


def _wrong_entry(entry: os.DirEntry[str], where: str) -> Complaint | None:
    if entry.is_symlink():
        return Complaint("a symbolic link", "submit the file itself")
    if not entry.is_dir(follow_symlinks=False):
        return _wrong_file(entry.name, entry.stat(follow_symlinks=False).st_mode)
    if not _NAME.fullmatch(entry.name) or entry.name.endswith((".json", PACK_SUFFIX)):
        return Complaint("not the name of a folder of records", "use lower case, digits and '-'")
    if where.count("/") + 1 > MOST_FOLDERS:
        return Complaint(f"folders nested more than {MOST_FOLDERS} deep", "put the packs into one folder")
    return None


def _wrong_file(name: str, mode: int) -> Complaint | None:
    if not stat.S_ISREG(mode):
        return Complaint("not a regular file", "submit records and packs alone")
    if not _NAME.fullmatch(name):
        return Complaint("not the name of a record or a pack", "name it ID.json or SUITE.jsonl.gz")
    if not name.endswith((".json", PACK_SUFFIX)):
        return Complaint("neither a record nor a pack", "submit ID.json and SUITE.jsonl.gz alone")
    return None
