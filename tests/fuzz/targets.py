"""What is fuzzed: untrusted files of every kind, each put before the commands and readers that open it."""

from __future__ import annotations

import gzip
import json
import random
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.store.layout import Layout
from tests.fuzz import mutate, trees
from tests.fuzz.artifacts import artifact
from tests.fuzz.outcome import Act, commanded
from tests.fuzz.toml_text import toml_text

ROOT = Path(__file__).parents[2]
Target = Callable[[random.Random, Path], Act]
KEYS = (
    "seed", "sparsity", "task", "model", "validation", "output_layer", "train.epochs", "train.lr",
    "train.milestones", "train.penalties", "train.objective", "finetune.epochs", "model.hidden",
    "pruner.scope", "task.size", "grid.x.seed", "teacher.model", "teacher.sparsity",
    "recipe.train.penalties.l2.weight", "grid", "", ".", "train.", "a.b.c.d",
)  # fmt: skip


FITTING = (
    "seed=0,1", "sparsity=0.5,0.9", "model=mlp", "train.epochs=3", "finetune.lr=0.5", "validation=0.1",
    "train.penalties=[{objective='l2', weight=0.1}]", "model={name='mlp', params={hidden=[8]}}",
)  # fmt: skip
KEYS_AS_BYTES = tuple(key.encode() for key in KEYS)


@cache
def _suites() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "suites").glob("*.toml")))


@cache
def _lines() -> tuple[bytes, ...]:
    """The first records of every published pack."""
    found: list[bytes] = []
    for path in sorted((ROOT / "leaderboard" / "records").glob("*.gz")):
        with gzip.open(path) as lines:
            found += [line for line, _ in zip(lines, range(4), strict=False)]
    return tuple(line for line in found if len(line) < 100_000)


@cache
def _tables() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "leaderboard" / "reference").glob("*.csv")))


def _suite_bytes(rng: random.Random) -> bytes:
    if rng.random() < 0.4:
        return mutate.mutated(rng.choice(_suites()), _suites(), rng)
    parsed = [tomllib.loads(rng.choice(_suites()).decode()) for _ in range(2)]
    return toml_text(trees.changed(parsed[0], parsed, rng))


def _record_bytes(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return mutate.mutated(rng.choice(_lines()), _lines(), rng)
    parsed = [json.loads(rng.choice(_lines())) for _ in range(2)]
    text = json.dumps(trees.changed(parsed[0], parsed, rng), ensure_ascii=rng.random() < 0.5, default=str)
    return text.encode("utf-8", "surrogatepass")


def suites(rng: random.Random, folder: Path) -> Act:
    """A suite, planned, or held against a few records."""
    path = folder / "suite.toml"
    path.write_bytes(_suite_bytes(rng))
    if rng.random() < 0.9:
        return commanded("plan", path, "--store", folder / "store", *rng.choice(((), (), ("--json",))))
    (folder / "records").mkdir()
    (folder / "records" / "a.json").write_bytes(rng.choice(_lines()))
    return commanded("claims", path, "--store", folder / "records")


def settings(rng: random.Random, folder: Path) -> Act:
    """A built-in suite with settings and conditions."""
    value = rng.choice(trees.LEAVES)
    text = rng.choice(
        (str(value), toml_text(value).decode("utf-8", "replace"), "0,1,2", "a,b", "[1, {a = 2}]")
    )
    option = rng.choice(("--set", "--set", "--set", "--only"))
    setting = f"{rng.choice(KEYS)}{rng.choice(('=', '=', '=', ''))}{text[:20_000]}".replace("\0", "?")
    words = [option, setting] if rng.random() < 0.6 else ["--set", rng.choice(FITTING), "--set", setting]
    if rng.random() < 0.2:
        changed = mutate.mutated(rng.choice(FITTING).encode(), KEYS_AS_BYTES, rng)
        words = ["--set", changed.decode("utf-8", "replace").replace("\0", "?")]
    suite = rng.choice(("digits", "digits", "merging", "dark-knowledge-smoke", "full"))
    return commanded("plan", suite, "--store", folder / "store", *words)


def records(rng: random.Random, folder: Path) -> Act:
    """A folder of loose records, one of them changed, before all that reads records."""
    store = folder / "records"
    store.mkdir()
    (store / "a.json").write_bytes(_record_bytes(rng))
    (store / "b.json").write_bytes(rng.choice(_lines()))
    return commanded(*_reading(rng, store, folder))


def packs(rng: random.Random, folder: Path) -> Act:
    """A pack with a changed line, or changed itself."""
    store = folder / "records"
    store.mkdir()
    content = b"".join([rng.choice(_lines()), _record_bytes(rng).replace(b"\n", b" ") + b"\n"])
    data = gzip.compress(content, mtime=0, compresslevel=1)
    if rng.random() < 0.5:
        data = mutate.mutated(data, (data,), rng)
    (store / "a.jsonl.gz").write_bytes(data)
    return commanded(*_reading(rng, store, folder))


def _reading(rng: random.Random, store: Path, folder: Path) -> tuple[object, ...]:
    ways: tuple[tuple[object, ...], ...] = (
        ("records", "list", "--store", store, "--status", "all"),
        ("records", "list", "--store", store, "--json"),
        ("records", "export", "--store", store),
        ("records", "export", "--store", store, "--format", "csv"),
        ("records", "pack", "--store", store, "--out", folder / "out"),
        ("records", "verify", "--store", store),
        ("records", "migrate", "--store", store),
        ("board", "check", store),
        ("board", "check", store, "--json"),
        ("claims", "digits", "--store", store),
    )
    if rng.random() < 0.03:
        return ("board", "build", "--store", store, "--out", folder / "site", "--no-figures")
    return rng.choice(ways)


def stores(rng: random.Random, folder: Path) -> Act:
    """A store whose marker, records or failures are not what they should be."""
    store = folder / "store"
    record = json.loads(rng.choice(_lines()))
    place = store / rng.choice(("records", "failures")) / record["suite"]["name"]
    place.mkdir(parents=True)
    marker = b'{"schema": 1}\n'
    if rng.random() < 0.5:
        marker = mutate.mutated(marker, (marker,), rng)
    (store / "store.json").write_bytes(marker)
    _write_notes(rng, Layout(store), record)
    (place / f"{record['trial_id']}.json").write_bytes(_record_bytes(rng))
    suite = record["suite"]["name"]
    return commanded("plan", suite if rng.random() < 0.5 else "digits", "--store", store)


def _write_notes(rng: random.Random, layout: Layout, record: Mapping[str, Any]) -> None:
    """Notes of what was read before, which fit nothing."""
    suite, trial_id = record["suite"]["name"], record["trial_id"]
    packed: Any = {"stamp": "1 2 3", "ids": [trial_id]}
    if rng.random() < 0.5:
        packed = trees.changed(packed, (record,), rng)
    data = f"{trial_id} 1 2 3\n".encode()
    layout.notes(suite).parent.mkdir(parents=True)
    layout.notes(suite).write_bytes(mutate.mutated(data, (data,), rng))
    layout.pack_notes(suite).write_bytes(json.dumps(packed, default=str).encode("utf-8", "surrogatepass"))
    layout.packs.mkdir()
    pack = gzip.compress(json.dumps(record).encode() + b"\n", mtime=0)
    layout.pack(suite).write_bytes(pack if rng.random() < 0.7 else mutate.mutated(pack, (pack,), rng))


def tables(rng: random.Random, folder: Path) -> Act:
    """A published table before the linter, or among a board's references."""
    path = folder / "table.csv"
    path.write_bytes(mutate.mutated(rng.choice(_tables()), _tables(), rng))
    return commanded("board", "lint", path, *rng.choice(((), ("--json",), ("--metric", "error"))))


def words(rng: random.Random, folder: Path) -> Act:
    """Any words after the verbs that take names and paths."""
    verbs = (
        ("show",),
        ("plan",),
        ("records", "show"),
        ("claims",),
        ("board", "lint"),
        ("board", "check"),
        ("list",),
    )
    strings = [leaf for leaf in trees.LEAVES if isinstance(leaf, str)]
    given = [rng.choice(strings).replace("\0", "?")[:5000] for _ in range(rng.choice((1, 1, 2)))]
    where = ("--store", folder / "none") if rng.random() < 0.3 else ()
    return commanded(*rng.choice(verbs), *given, *where)


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "suites": suites,
        "settings": settings,
        "records": records,
        "packs": packs,
        "stores": stores,
        "artifacts": artifact,
        "tables": tables,
        "words": words,
    }
)
