"""Does one piece of work that another process handed out, on whatever machine this is."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.errors import UserError
from bench.plan.trials import Trial
from bench.registry.origin import BUILTIN_DISTRIBUTION
from bench.runner.messages import WorkerSettings
from bench.runner.networks import names_of, path_of
from bench.runner.one_item import OneItem, Parted
from bench.runner.payload import FORMAT, Payload
from bench.runner.pool import Pool, PoolOptions
from bench.runner.request import default_data_root
from bench.runner.returned import Returned
from bench.runner.standby import Station, station
from bench.store.carrying import carried, put_down
from bench.store.layout import Layout
from bench.store.record import Record
from bench.store.store import to_bytes


def work_on(payload: bytes, artifacts: Mapping[str, bytes] | None = None) -> bytes:
    """Do a piece of work of a run, in a worker process that this one starts; for executors.

    That worker stands by for the next piece. A trial that fails, hangs or kills its worker costs itself
    alone, as in a run on one machine.

    Args:
        payload: of a `bench.Piece`.
        artifacts: what `Workload.artifact` gave for its artifacts, by name.

    Returns:
        What `Workload.finished` takes, errors that the user must mend included.

    Raises:
        Exception: where this machine could not do it at all; tell `Workload.lost`.
    """
    plain = json.loads(payload)
    if "rehearsal" in plain:
        return _rehearsed(plain["rehearsal"], artifacts or {})
    try:
        _check_release(plain)
        with station() as here:
            return _done(Payload.from_plain(plain), artifacts or {}, here).to_bytes()
    except UserError as error:
        return Returned(error=(f"{platform.node()}: {error.message}", error.hint)).to_bytes()


def _done(payload: Payload, artifacts: Mapping[str, bytes], here: Station) -> Returned:
    terms, item = payload.terms, payload.item
    scratch = Layout(here.store)
    for name, data in artifacts.items():
        put_down(path_of(scratch, name), data)
    settings = WorkerSettings(
        store=terms.store or scratch.root,
        device=terms.device,
        threads=1,
        data_root=terms.data_root or default_data_root(),
        download=terms.download,
        banks=terms.banks,
        plugins=replace(terms.plugins, files=payload.written_sources(here.root / "plugins")),
    )
    told = _Collected()
    parted, problem = False, None
    try:
        options = PoolOptions(settings, jobs=1, timeout=terms.timeout, keep=terms.keep)
        Pool(OneItem(item), options, told, lambda: 1, here.standby).run()
    except Parted:
        parted = True
    except UserError as error:
        problem = (f"{platform.node()}: {error.message}", error.hint)
    names = () if terms.store else names_of(item, keep=terms.keep)
    left = {name: carried(path_of(scratch, name)) for name in names}
    return Returned(
        records=tuple(to_bytes(record).decode() for record in told.records),
        unmade={key: to_bytes(record).decode() for key, record in told.missing.items()},
        artifacts={name: data for name, data in left.items() if data and data != artifacts.get(name)},
        epochs=dict(told.trained),
        error=problem,
        parted=parted,
    )


class _Collected:
    """Keeps what the pool tells."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.missing: dict[str, Record] = {}
        self.trained: Counter[str] = Counter()

    def started(self, trial: Trial) -> None:
        """A trial begins."""

    def epochs(self, count: int, trial_id: str | None) -> None:
        """Epochs are done."""
        self.trained[trial_id or ""] += count

    def finished(self, record: Record) -> None:
        """A trial is over."""
        self.records.append(record)

    def unmade(self, key: str, record: Record) -> None:
        """A network cannot be had."""
        self.missing[key] = record

    def waiting(self, count: int) -> None:
        """Nobody else is on this store."""


def _check_release(plain: Mapping[str, Any]) -> None:
    """Check that this machine has what the piece was planned with.

    Raises:
        UserError: naming what is missing or another version.
    """
    hint = "install the same packages on all machines"
    here = version(BUILTIN_DISTRIBUTION)
    if plain["release"] != here or plain["format"] != FORMAT:
        raise UserError(f"this machine has prunebench {here}, and the run {plain['release']}", hint)
    for name, wanted in plain["packages"].items():
        try:
            found = version(name)
        except PackageNotFoundError:
            raise UserError(f"this machine lacks the plugin package '{name}' {wanted}", hint) from None
        if found != wanted:
            raise UserError(f"this machine has {name} {found}, and the run {wanted}", hint)


def _rehearsed(rehearsal: Mapping[str, Any], artifacts: Mapping[str, bytes]) -> bytes:
    """A piece that does nothing, for trying executors; it takes time, or fails, as it is told."""
    time.sleep(rehearsal["seconds"])
    if rehearsal["fails"]:
        raise RuntimeError("this piece was to fail")
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in artifacts.items()}
    return json.dumps({"part": rehearsal["part"], "artifacts": sums}).encode()
