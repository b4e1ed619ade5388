"""Requests for training: work that needs a network trained asks for it, and whoever runs it decides how."""

from __future__ import annotations

import copy
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from torch import Tensor, nn

from bench.engine.data import DeviceData
from bench.engine.train import Course

T = TypeVar("T")


@dataclass(frozen=True)
class Training:
    """A network to be trained in place; `masks` are by parameter name, True where a weight may live."""

    model: nn.Module
    data: DeviceData
    course: Course
    masks: Mapping[str, Tensor] = field(default_factory=dict)

    def twin(self) -> Training:
        """The same training of a copy of the network."""
        return replace(self, model=copy.deepcopy(self.model))


@dataclass(frozen=True)
class Trained:
    """A network was trained: its share of the seconds, and the epoch that it has if validation chose."""

    seconds: float
    selected: int | None = None


Trainee = Generator[Training, Trained, T]
"""Work that yields what it wants trained, is sent what came of that, and returns a T.

What the training failed with is thrown into it.
"""
