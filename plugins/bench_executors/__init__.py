"""Where trials run: on this machine, or as tasks of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterable

import bench


def _local(params: bench.Params) -> bench.ExecutorFunction:
    del params

    def run(work: bench.Workload) -> None:
        work.here()

    return run


@bench.hookimpl
def bench_executors() -> Iterable[bench.Executor]:
    """Offer `local`."""
    yield bench.Executor(
        name="local", summary="Worker processes of this machine, as many as --jobs says.", build=_local
    )
