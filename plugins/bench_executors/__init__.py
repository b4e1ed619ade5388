"""Where trials run: on this machine, or as tasks of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import bench
from bench_executors.resources import check


def _local(params: bench.Params) -> bench.ExecutorFunction:
    del params

    def run(work: bench.Workload) -> None:
        work.here()

    return run


def _ray(params: bench.Params) -> bench.ExecutorFunction:
    def run(work: bench.Workload) -> None:
        import_module("bench_executors.on_ray").run_on_ray(work, params)

    return run


@bench.hookimpl
def bench_executors() -> Iterable[bench.Executor]:
    """Offer `local` and `ray`."""
    yield bench.Executor(
        name="local", summary="Worker processes of this machine, as many as --jobs says.", build=_local
    )
    yield bench.Executor(
        name="ray",
        summary="Tasks of a Ray cluster, with a shared store or none; what a dead node had comes again.",
        build=_ray,
        params=(
            bench.Param("address", str, "", 'HOST:PORT, ray://HOST:PORT or "auto"; "" starts a cluster here'),
            bench.Param("cpus", float, 1.0, "CPUs for a piece of work", minimum=0),
            bench.Param("gpus", float, 0.0, "GPUs for one, also parts; 0 is 1 with --device cuda", minimum=0),
            bench.Param("retries", int, 3, "how often a lost piece comes again", minimum=0),
            bench.Param("shared", bool, False, "whether the nodes see the store at the same path"),
            bench.Param("patience", float, 300.0, "seconds to wait where no node is left", minimum=0),
        ),
        needs=("ray>=2.40",),
        check=check,
    )
