"""A worker's session: its device, its store of artifacts, and what it keeps in memory between trials."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import torch

from bench.engine.blame import blamed
from bench.engine.data import DeviceData
from bench.engine.teaching import TeacherNetwork
from bench.errors import UserError
from bench.plan.canonical import content_hash
from bench.plan.spec import Spec
from bench.registry.catalog import Catalog
from bench.registry.components import Task
from bench.registry.contracts import DataRequest
from bench.store.layout import Layout

T = TypeVar("T")
Progress = Callable[[str, int], None]


class Recent(Generic[T]):
    """The few most recently used values by key; older ones are let go."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The value under `key`, made where it is not at hand."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)
        return self._values[key]


@dataclass
class Session:
    """What the stages of a worker's trials share.

    Args:
        catalog: the components.
        device: where to compute.
        layout: the store whose artifacts are read and written.
        data_root: where tasks keep downloaded data.
        download: whether tasks may download.
        at: is told which component is about to run, or "" for the engine itself.
        progress: is told (stage, epochs) after each epoch.
        banks: whether networks are trained in banks where that pays.
    """

    catalog: Catalog
    device: torch.device
    layout: Layout
    data_root: Path
    download: bool
    at: Callable[[str], None]
    progress: Progress
    banks: bool = True
    tasks: Recent[DeviceData] = field(default_factory=lambda: Recent(2))
    known: Recent[dict[str, Any]] = field(default_factory=lambda: Recent(2))
    teachers: Recent[TeacherNetwork] = field(default_factory=lambda: Recent(2))
    repeated: set[str] = field(default_factory=set)

    def data(self, spec: Spec) -> DeviceData:
        """The task's data on the device, cut as the spec asks, loaded once a session."""
        task = cast("Task", self.catalog.get("task", spec.task))
        seed = spec.seed if task.seeded else 0
        key = content_hash([spec.task, spec.task_params, task.version, seed, spec.validation])
        request = DataRequest(self.data_root, self.download, seed)

        def load() -> DeviceData:
            self.at(f"task '{spec.task}'")
            with blamed(f"task '{spec.task}'", passing=(UserError,)):
                return DeviceData.place(task.make(spec.task_params)(request), self.device, spec.validation)

        return self.tasks.get(key, load)

    def once(self, network: str) -> Callable[[str, Callable[[], Any]], Any]:
        """Remembers facts of the dense network with the stage key `network`, while it is at hand."""
        known = self.known.get(network, dict)

        def get(key: str, make: Callable[[], Any]) -> Any:
            if key not in known:
                known[key] = make()
            return known[key]

        return get

    def first_use(self, key: str) -> bool:
        """Whether `key` is asked for the first time in this session."""
        new = key not in self.repeated
        self.repeated.add(key)
        return new
