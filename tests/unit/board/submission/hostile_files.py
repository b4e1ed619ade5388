"""Hostile submissions: files that are no records, lie elsewhere, or unfold without end."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.unit.board.submission.cases import MARK, Case, Plain, loose, packed, replaced, written

BIG = 10_000_000


def _file(name: str, data: bytes, says: str) -> Case:
    """A file of that name beside a good pack."""

    def make(folder: Path, good: list[Plain]) -> None:
        packed(folder, good)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return Case(f"file-{ascii(name)[1:-1][:40].replace('/', '_')}", make, says)


def _pack(name: str, of: Callable[[list[Plain]], bytes], says: str) -> Case:
    def make(folder: Path, good: list[Plain]) -> None:
        (folder / "digits.jsonl.gz").write_bytes(of(good))

    return Case(name, make, says)


def _lines(good: list[Plain]) -> bytes:
    return b"".join(json.dumps(plain).encode() + b"\n" for plain in good)


def _zipped(good: list[Plain]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("digits.jsonl", _lines(good))
    return buffer.getvalue()


def _bomb(piece: bytes) -> Callable[[list[Plain]], bytes]:
    """A small pack that unfolds to 200 MB of `piece`, then to what is said after it."""

    def made(good: list[Plain]) -> bytes:
        members = gzip.compress(piece * (10_000_000 // len(piece)), 9)
        return gzip.compress(_lines(good)) + members * 20

    return made


def _link(target: str) -> Callable[[Path, list[Plain]], None]:
    def make(folder: Path, good: list[Plain]) -> None:
        packed(folder, good)
        outside = folder.parents[1] / f"outside-{folder.parent.name}-{folder.name}"
        packed(outside, [good[0] | {"started": MARK}], "secret.jsonl.gz")
        (folder / ("linked.jsonl.gz" if target else "linked")).symlink_to(outside / target)

    return make


def _fifo(folder: Path, good: list[Plain]) -> None:
    packed(folder, good)
    os.mkfifo(folder / "more.jsonl.gz")


def _folder_as_pack(folder: Path, good: list[Plain]) -> None:
    packed(folder / "digits.jsonl.gz", good)


def _store(folder: Path, good: list[Plain]) -> None:
    packed(folder / "packs", good)
    (folder / "store.json").write_text('{"schema": 1}')


def _missing(folder: Path, good: list[Plain]) -> Path:
    return folder / "nowhere"


def _long_name(folder: Path, good: list[Plain]) -> Path:
    return folder / ("x" * 300)


def _renamed(folder: Path, good: list[Plain]) -> None:
    loose(folder, good[0], "f" * 64)


def _other_folder(folder: Path, good: list[Plain]) -> None:
    loose(folder, good[0]).parent.rename(folder / "mnist-lenet")


def _other_pack(folder: Path, good: list[Plain]) -> None:
    packed(folder, good, "mnist-lenet.jsonl.gz")


def _not_the_hash(folder: Path, good: list[Plain]) -> None:
    packed(folder, [good[0] | {"trial_id": "f" * 64}, good[1]])


FILES = [
    written("empty-file", b"", "not a record"),
    written("null-bytes", b"\x00" * 100, "not a record"),
    written("a-list", b"[]", "not a record"),
    written("not-utf-8", b'{"a": "\xff\xfe"}', "not a record"),
    written("utf-16", json.dumps({"schema": 1}).encode("utf-16"), "not a record"),
    written("byte-order-mark-first", b"\xef\xbb\xbf{}", "BOM"),
    written("ten-million-lists", b"[" * 3_900_000, "not a record"),
    written("ten-megabytes-of-text", b'{"a": "' + b"x" * BIG + b'"}', "larger than"),
    written("a-pickle", b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix", "not a record"),
    replaced("unknown-field", '"schema": 1', f'"schema": 1, "{MARK}": 1', "not a record"),
    replaced("missing-field", '"status"', '"statu"', "not a record"),
    replaced("future-schema", '"schema": 1', '"schema": 2', "upgrade prunebench"),
    replaced("past-schema", '"schema": 1', '"schema": 0', "schema"),
    replaced("schema-as-text", '"schema": 1', '"schema": "1"', "schema"),
    _pack("empty-pack", lambda good: gzip.compress(b""), "an empty pack"),
    _pack("pack-of-no-bytes", lambda good: b"", "an empty pack"),
    _pack("blank-lines", lambda good: gzip.compress(b"\n" * 1000), "not a record"),
    _pack("truncated-pack", lambda good: gzip.compress(_lines(good))[:-200], "not a pack"),
    _pack("wrong-checksum", lambda good: gzip.compress(_lines(good))[:-8] + b"\0" * 8, "not a pack"),
    _pack("trailing-bytes", lambda good: gzip.compress(_lines(good)) + MARK.encode(), "not a pack"),
    _pack("plain-text-as-pack", _lines, "not a pack"),
    _pack("zip-as-pack", _zipped, "not a pack"),
    _pack("a-million-tiny-lines", lambda good: gzip.compress(b"{}\n" * 1_000_000), "more than these 100"),
    _pack("bomb-of-one-line", _bomb(b" "), "larger than"),
    _pack("bomb-of-lines", _bomb(b"[]\n"), "more than these 100"),
    _pack("ten-megabytes-in-a-line", lambda good: gzip.compress(b'"' + b"x" * BIG), "larger than"),
    _file("plugin.py", b"raise SystemExit('HOSTILE')", "neither a record nor a pack"),
    _file("bench_plugins.pkl", b"\x80\x04", "neither a record nor a pack"),
    _file("weights.safetensors", b"", "neither a record nor a pack"),
    _file("index.html", b"<script>", "neither a record nor a pack"),
    _file(".hidden.json", b"{}", "not the name"),
    _file("UPPER.json", b"{}", "not the name"),
    _file("two words.json", b"{}", "not the name"),
    _file("new\nline.json", b"{}", "not the name"),
    _file("<img>.json", b"{}", "not the name"),
    _file("dig\u0456ts.jsonl.gz", b"", "not the name"),
    _file(f"{'x' * 240}.json", b"{}", "not the name"),
    _file("a/b/c/d/e/digits.jsonl.gz", b"", "nested more than"),
    _file("-rf/digits.jsonl.gz", b"", "not the name of a folder"),
    Case("link-to-a-file-outside", _link("secret.jsonl.gz"), "a symbolic link"),
    Case("link-to-a-folder-outside", _link(""), "a symbolic link"),
    Case("link-to-nothing", _link("nothing.jsonl.gz"), "a symbolic link"),
    Case("fifo", _fifo, "not a regular file"),
    Case("folder-as-pack", _folder_as_pack, "not the name of a folder", alone=False),
    Case("whole-store", _store, "a whole store", code=2, alone=False),
    Case("nothing-there", _missing, "no such submission", code=2, alone=False),
    Case("path-of-300-letters", _long_name, "no such submission", code=2, alone=False),
    Case("renamed-record", _renamed, "not named after the trial id", alone=False),
    Case("record-in-another-suites-folder", _other_folder, "not named after the suite", alone=False),
    Case("record-in-another-suites-pack", _other_pack, "in another's pack", alone=False),
    Case("not-the-hash", _not_the_hash, "does not fit the spec"),
]
