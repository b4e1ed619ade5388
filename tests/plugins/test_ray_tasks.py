"""What the executor `ray` does as nodes come and go, with a cluster that is only told of."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

import bench
from bench.registry.executing import Piece

pytest.importorskip("ray")
from ray.exceptions import RayError, WorkerCrashedError

from bench_executors import on_ray
from bench_executors.resources import Request

PARAMS = {"address": "", "cpus": 1.0, "gpus": 0.0, "retries": 3, "shared": False, "patience": 0.0}


class Cluster:
    """Stands in for `ray`: `nodes` are told in turn, the last for good; tasks end in order."""

    exceptions = on_ray.ray.exceptions

    def __init__(self, *nodes, fails=()):
        self._nodes, self._fails = list(nodes), list(fails)
        self.puts, self.most, self.cancelled = [], 0, []
        self._running = []

    def nodes(self):
        cpus = self._nodes.pop(0) if len(self._nodes) > 1 else self._nodes[0]
        return [{"Alive": True, "Resources": {"CPU": float(cpus)}}] if cpus else []

    def put(self, data):
        self.puts.append(data)
        return data

    def remote(self, _):
        return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=self._submit))

    def _submit(self, payload, names, *artifacts):
        self._running.append((payload, artifacts))
        self.most = max(self.most, len(self._running))
        return self._running[-1]

    def wait(self, tasks, **_):
        return tasks[:1], tasks[1:]

    def get(self, task):
        self._running.remove(task)
        if self._fails:
            raise self._fails.pop()
        return task[0]

    def cancel(self, task, *, force):
        self.cancelled.append(task[0])


class Work:
    """Six pieces that begin with the same artifact; the outcome "bad" ends the run."""

    jobs = None
    device = "cpu"

    def __init__(self, *left):
        self.left = [str(number).encode() for number in range(6)] if not left else list(left)
        self.out, self.done, self.reasons, self.widths, self.lines = [], [], [], [], []

    @property
    def has_work(self):
        return bool(self.left or self.out)

    def arrange(self, workers, **_):
        self.widths.append(workers)

    def next(self):
        if not self.left:
            return None
        self.out.append(self.left.pop(0))
        return Piece(len(self.out), self.out[-1], ("train/a",), "a piece")

    def artifact(self, name):
        return name.encode()

    def finished(self, piece, outcome):
        if outcome == b"bad":
            raise bench.UserError("no data")
        self.out.remove(piece.payload)
        self.done.append(outcome)

    def lost(self, piece, reason):
        self.out.remove(piece.payload)
        self.left.append(piece.payload)
        self.reasons.append(reason)

    def say(self, line):
        self.lines.append(line)


@pytest.fixture
def run(monkeypatch):
    """Runs the executor's tasks on a cluster; its nodes are asked for in each round."""

    def start(work, cluster, **params):
        monkeypatch.setattr(on_ray, "ray", cluster)
        monkeypatch.setattr(on_ray, "_LOOK", -1.0)
        monkeypatch.setattr(on_ray.time, "sleep", lambda _: None)
        on_ray._Tasks(work, Request(1.0, 0.0, "cpu"), {**PARAMS, **params}).run()
        return work

    return start


def test_no_more_pieces_are_out_than_the_nodes_can_do(run):
    cluster = Cluster(2)
    assert sorted(run(Work(), cluster).done) == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert cluster.most == 2


def test_an_artifact_is_put_into_the_cluster_once(run):
    cluster = Cluster(2)
    run(Work(), cluster)
    assert cluster.puts == [b"train/a"]


def test_the_work_is_spread_anew_as_nodes_come(run):
    assert run(Work(), Cluster(1, 1, 3)).widths == [1, 3]


def test_a_piece_whose_worker_died_is_lost_with_the_reason(run):
    work = run(Work(b"one"), Cluster(1, fails=[WorkerCrashedError()]))
    assert work.done == [b"one"]
    assert work.reasons[0].startswith("WorkerCrashedError: The worker died unexpectedly")


def test_a_node_without_prunebench_ends_the_run(run):
    missing = RayError("The remote function failed to import: No module named 'bench_executors'")
    with pytest.raises(bench.UserError, match="a node of the cluster has no prunebench"):
        run(Work(), Cluster(1, fails=[missing]))


def test_it_waits_for_a_node_while_none_is_left(run):
    work = run(Work(), Cluster(1, 1, 0, 0, 0, 2), patience=60.0)
    assert len(work.done) == 6
    assert work.lines == ["no node can do the work that is left; waiting up to 60 s for one"]


def test_it_ends_when_no_node_comes(run):
    with pytest.raises(bench.UserError, match="all nodes are gone that had 1 CPU for 0 s; no node is alive"):
        run(Work(), Cluster(1, 1, 0))


def test_it_submits_nothing_where_no_node_will_do(run):
    work = Work()
    with pytest.raises(bench.UserError, match="no node of the cluster has 1 CPU"):
        run(work, Cluster(0))
    assert len(work.left) == 6


@pytest.mark.parametrize(("is_ours", "cancelled"), [(False, [b"one", b"two"]), (True, [])])
def test_an_error_that_ends_the_run_cancels_what_is_out_where_the_connection_stays(
    monkeypatch, is_ours, cancelled
):
    cluster = Cluster(3)
    monkeypatch.setattr(on_ray, "ray", cluster)
    monkeypatch.setattr(on_ray, "connected", lambda _: nullcontext(is_ours))
    with pytest.raises(bench.UserError, match="no data"):
        on_ray.run_on_ray(Work(b"bad", b"one", b"two"), PARAMS)
    assert cluster.cancelled == cancelled
