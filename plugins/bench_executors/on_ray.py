"""Runs pieces of work as tasks of a Ray cluster; the store is the driver's, results come through it."""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import ray

import bench
from bench_executors.connecting import connected
from bench_executors.resources import Request, largest, slots

_ROUND = 0.5
_LOOK = 1.0
_REMEMBERED = 64


def run_on_ray(work: bench.Workload, params: bench.Params) -> None:
    """Do all the work of a run with the executor's parameters.

    Raises:
        UserError: where no cluster answers, or none of its nodes can do a piece.
    """
    request = Request.of(params, work.device)
    with connected(params["address"]) as is_ours:
        tasks = _Tasks(work, request, params)
        try:
            tasks.run()
        except BaseException:
            if not is_ours:  # else they end with the connection; Ray 2.60 may crash where both are asked for
                tasks.cancel()
            raise


def do_piece(payload: bytes, names: tuple[str, ...], *artifacts: bytes) -> bytes:
    """What a task does, on whatever node Ray puts it."""
    return bench.work_on(payload, dict(zip(names, artifacts, strict=True)))


@dataclass
class _Cluster:
    """How many pieces the nodes that are alive can do at once, asked once a second."""

    request: Request
    free: int = 0
    asked: float = float("-inf")
    since: float = float("-inf")

    def slots(self) -> int:
        """The number of pieces; `since` is when there was last room for one."""
        if time.monotonic() - self.asked > _LOOK:
            self.free = slots(ray.nodes(), self.request)
            self.asked = time.monotonic()
            if self.free:
                self.since = self.asked
        return self.free


class _Tasks:
    """The pieces that are out, and what was put into Ray's object store for them."""

    def __init__(self, work: bench.Workload, request: Request, params: bench.Params) -> None:
        self._work = work
        self._params = params
        self._request = request
        self._cluster = _Cluster(request)
        self._running: dict[Any, bench.Piece] = {}
        self._put: OrderedDict[str, Any] = OrderedDict()
        self._width = 0
        self._told = False
        self._task = ray.remote(do_piece).options(
            num_cpus=request.cpus, num_gpus=request.gpus, max_retries=0, runtime_env=None
        )

    def run(self) -> None:
        """Do everything.

        Raises:
            UserError: where no node can do a piece, at the beginning or for longer than `patience`.
        """
        self._cluster.slots()
        if not self._cluster.free:
            raise _infeasible(self._request, "no node of the cluster has", "")
        while self._work.has_work:
            self._spread()
            self._submit()
            self._collect()

    def cancel(self) -> None:
        """End the tasks that are out."""
        with suppress(ray.exceptions.RayError):
            for task in self._running:
                ray.cancel(task, force=True)

    def _spread(self) -> None:
        """Follow the cluster as nodes come and go."""
        free = self._cluster.slots()
        width = min(free, self._work.jobs or free)
        if free == 0:
            self._wait_for_nodes()
        elif width != self._width:
            self._told = False
            self._width = width
            self._work.arrange(
                width,
                shared=self._params["shared"],
                device=self._request.device,
                retries=self._params["retries"],
            )

    def _wait_for_nodes(self) -> None:
        self._width = 0
        patience = self._params["patience"]
        if not self._told:
            self._told = True
            self._work.say(f"no node can do the work that is left; waiting up to {patience:g} s for one")
        if time.monotonic() - self._cluster.since > patience:
            raise _infeasible(self._request, "all nodes are gone that had", f" for {patience:g} s")
        time.sleep(_ROUND)

    def _submit(self) -> None:
        while len(self._running) < self._width:
            piece = self._work.next()
            if piece is None:
                return
            artifacts = [self._reference(name) for name in piece.artifacts]
            task = self._task.remote(piece.payload, piece.artifacts, *artifacts)
            self._running[task] = piece

    def _reference(self, name: str) -> Any:
        """The artifact in Ray's object store, put there once while pieces ask for it again and again."""
        if name not in self._put:
            self._put[name] = ray.put(self._work.artifact(name))
        self._put.move_to_end(name)
        while len(self._put) > _REMEMBERED:
            self._put.popitem(last=False)
        return self._put[name]

    def _collect(self) -> None:
        if not self._running:
            return
        ended, _ = ray.wait(list(self._running), num_returns=1, timeout=_ROUND)
        for task in ended:
            piece = self._running.pop(task)
            try:
                outcome = ray.get(task)
            except ray.exceptions.RayError as error:
                _check_installed(error)
                self._work.lost(piece, _reason(error))
            else:
                self._work.finished(piece, outcome)


def _check_installed(error: Exception) -> None:
    """Check that a task did not fail for want of prunebench, as all of that node would."""
    if "No module named 'bench" in str(error):
        raise bench.UserError(
            "executor 'ray': a node of the cluster has no prunebench",
            "install the same packages on all machines: pip install 'prunebench[ray]'",
        )


def _reason(error: Exception) -> str:
    """Why a task has no result: of an exception in it, what that said; else the first of Ray's sentences."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return f"{type(cause).__name__}: {_first_line(cause)}"[:500]
    return f"{type(error).__name__}: {_first_line(error).partition('. ')[0]}"[:500]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def _infeasible(request: Request, what: str, how_long: str) -> bench.UserError:
    found = largest(ray.nodes())
    return bench.UserError(
        f"executor 'ray': {what} {request}{how_long}; {found}",
        "ask for less with --executor-set cpus=… or gpus=…, or add such a node",
    )
