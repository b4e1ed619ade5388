"""Who runs the trials: an executor that a plugin offers, or this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.registry.catalog import Catalog
from bench.registry.parameters import Params

if TYPE_CHECKING:
    from bench.registry.executing import ExecutorFunction, Workload

LOCAL = "local"


def executor(catalog: Catalog, name: str, params: Params) -> ExecutorFunction:
    """The executor of that name with its parameters; `local` is there without any plugin too.

    Raises:
        UserError: for an unknown executor, one whose requirements are not installed, an unknown parameter
            or a bad value.
    """
    if name == LOCAL and not params and next(catalog.of_kind("executor"), None) is None:
        return _here
    made: ExecutorFunction = catalog.get("executor", name, "--executor").make(params)
    return made


def _here(work: Workload) -> None:
    work.here()
