"""A worker ends with its supervisor."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

WORKER = """
import sys, time
from multiprocessing.connection import Connection
from bench.runner.lifeline import Lifeline

pipe = Connection(int(sys.argv[1]))
lifeline = Lifeline(pipe)
"""
BUSY = """
print("ready", flush=True)
time.sleep(600)
"""
IDLE = """
with lifeline.idle():
    print("ready", flush=True)
    try:
        pipe.recv_bytes()
    except EOFError:
        time.sleep(0.3)
        print("in order", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="workers need fork")
@pytest.mark.parametrize(("at", "says"), [(BUSY, ""), (IDLE, "in order\n")], ids=["busy", "idle"])
def test_a_worker_ends_with_its_supervisor_and_in_order_where_it_was_idle(at, says):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER + at, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        theirs.close()
        assert worker.stdout.readline() == "ready\n"
        ours.close()
        assert worker.communicate(timeout=60) == (says, None)
        assert worker.returncode == 0
