"""What a piece asks of a Ray cluster, and how many pieces that has room for."""

from __future__ import annotations

import pytest

import bench
from bench_executors.resources import Request, check, largest, slots


def node(cpus, gpus=0.0, *, alive=True):
    return {"Alive": alive, "Resources": {"CPU": cpus, **({"GPU": gpus} if gpus else {})}}


@pytest.mark.parametrize(
    ("cpus", "gpus", "room"),
    [
        (1.0, 0.0, 12),
        (3.0, 0.0, 3),
        (0.5, 0.0, 24),
        (0.3, 0.0, 39),
        (1.0, 1.0, 2),
        (1.0, 0.5, 4),
        (1.0, 0.6, 2),
        (0.0, 0.1, 20),
        (1.0, 2.0, 1),
        (9.0, 0.0, 0),
    ],
)
def test_pieces_are_counted_node_by_node(cpus, gpus, room):
    nodes = [node(8.0, 2.0), node(4.0), node(64.0, 8.0, alive=False)]
    assert slots(nodes, Request(cpus, gpus, "cpu")) == room


def test_nobody_alive_has_room_for_nothing():
    assert slots([node(4.0, alive=False)], Request(1.0, 0.0, "cpu")) == 0
    assert largest([node(4.0, alive=False)]) == "no node is alive"


def test_the_largest_node_is_named():
    assert largest([node(4.0), node(2.0, 1.0)]) == "of 2, the largest has 2 CPU, 1 GPU"


@pytest.mark.parametrize(
    ("device", "gpus", "asked", "kind"),
    [
        ("auto", 0.0, 0.0, "cpu"),
        ("auto", 0.5, 0.5, "cuda"),
        ("cuda", 0.0, 1.0, "cuda"),
        ("cuda", 0.25, 0.25, "cuda"),
        ("cpu", 0.0, 0.0, "cpu"),
    ],
)
def test_the_device_and_the_request_belong_together(device, gpus, asked, kind):
    request = Request.of({"cpus": 1.0, "gpus": gpus}, device)
    assert (request.gpus, request.device) == (asked, kind)


def test_a_gpu_by_number_is_refused():
    with pytest.raises(bench.UserError, match="--device cuda:1: Ray chooses"):
        Request.of({"cpus": 1.0, "gpus": 0.0}, "cuda:1")


@pytest.mark.parametrize(("cpus", "gpus"), [(0.0, 0.0), (1.0, 1.5)])
def test_what_no_cluster_can_give_is_refused(cpus, gpus):
    with pytest.raises(bench.UserError):
        check({"cpus": cpus, "gpus": gpus})
