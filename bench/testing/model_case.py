"""A model on the bench: which images it takes, and copies of one build."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from bench.errors import Unsupported
from bench.registry.components import Model
from bench.registry.parameters import Params
from bench.testing.check import ConformanceError, first_line
from bench.testing.common import Subject

SHAPES = ((3, 32), (1, 28), (1, 8), (3, 64), (3, 224), (16, 1))


@dataclass(frozen=True)
class Fit:
    """An input that a model takes; an image size of 1 stands for vectors."""

    in_channels: int
    image_size: int

    def inputs(self, count: int, seed: int = 0) -> Tensor:
        """Normal inputs, (count, channels, size, size) or (count, channels)."""
        generator = torch.Generator().manual_seed(seed)
        shape = (self.in_channels, self.image_size, self.image_size)
        return torch.randn(count, *(shape if self.image_size > 1 else shape[:1]), generator=generator)


@dataclass(frozen=True)
class ModelCase(Subject[Model]):
    """A model, tried on the first of `SHAPES` that it takes; it raises where it takes none."""

    @property
    def params(self) -> dict[str, Any]:
        """The model's own parameters, without the shape."""
        own = {param.name: param.default for param in self.component.params if not param.required}
        return {**own, **self.given}

    def built(self, settings: Params) -> nn.Module:
        """A network with these settings of the model's own."""
        return ModelCase(self.component, settings).build(10, self.fit)

    @cached_property
    def fit(self) -> Fit:
        """The first input that the model takes."""
        reasons = []
        for shape in SHAPES:
            try:
                fit = Fit(*shape)
                model = self.build(10, fit)
                with torch.no_grad():
                    model.eval()(fit.inputs(2))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - it may take another shape
                declined = error.reason if isinstance(error, Unsupported) else None
                reasons.append(declined or f"{type(error).__name__}: {first_line(error)}")
            else:
                return fit
        tried = ", ".join(f"{channels}x{size}x{size}" for channels, size in SHAPES)
        raise ConformanceError(f"it takes no input of {tried}: {reasons[0]}")

    def build(self, classes: int, fit: Fit, seed: int = 0) -> nn.Module:
        """A freshly built network; what the build draws comes from torch's generator at `seed`."""
        shape = {"num_classes": classes, "in_channels": fit.in_channels, "image_size": fit.image_size}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.component.make({**self.params, **shape})

    @cached_property
    def _built(self) -> nn.Module:
        return self.build(10, self.fit)

    def model(self) -> nn.Module:
        """A copy of the network that seed 0 gives, in eval mode."""
        return copy.deepcopy(self._built).eval()
