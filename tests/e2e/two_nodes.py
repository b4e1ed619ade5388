"""Two Ray nodes on this machine, for a test that kills one: `python two_nodes.py`; commands on stdin.

Prints the address; `kill` ends the second node as a power cut would, as soon as it is at a piece of work;
anything else ends both.
"""

from __future__ import annotations

import os
import sys
import time

import psutil

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster


def _wait_for_work(raylet: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if any("ray::do_piece" in " ".join(one.cmdline()) for one in psutil.Process(raylet).children()):
            return
        time.sleep(0.02)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Start the nodes, and do as stdin says."""
    options = {"num_cpus": 1, "object_store_memory": 80_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**options, "include_dashboard": False})
    second = cluster.add_node(**options)
    _say(cluster.address)
    for line in sys.stdin:
        if line.strip() != "kill":
            break
        _wait_for_work(second.all_processes["raylet"][0].process.pid)
        cluster.remove_node(second, allow_graceful=False)
        _say("killed")
    cluster.shutdown()


if __name__ == "__main__":
    main()
