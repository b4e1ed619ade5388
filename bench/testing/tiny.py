"""Tiny networks and data, odd in size and quick: one for each thing that a component may trip over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine.data import DeviceData
from bench.errors import Unsupported
from bench.registry.contracts import Split, TaskData

CLASSES = 3


class SharedWeights(nn.Module):
    """Two layers that are one weight, and an output layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(7, 7)
        self.again = nn.Linear(7, 7)
        self.again.weight = self.first.weight
        self.out = nn.Linear(7, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Map vectors (n, 7) to logits."""
        logits: Tensor = self.out(functional.relu(self.again(functional.relu(self.first(x)))))
        return logits


class Residual(nn.Module):
    """A convolution, a normalised block with a 1x1 shortcut, and an output layer."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 3, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(3)
        self.conv = nn.Conv2d(3, 5, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(5)
        self.shortcut = nn.Conv2d(3, 5, 1, bias=False)
        self.out = nn.Linear(5, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (n, 1, 6, 6) to logits."""
        x = functional.relu(self.norm(self.stem(x)))
        x = functional.relu(self.norm2(self.conv(x)) + self.shortcut(x))
        logits: Tensor = self.out(x.mean((2, 3)))
        return logits


class _Pool(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


@dataclass(frozen=True)
class Bed:
    """A network to try components on: its name, how it is built, and the shape of an input."""

    name: str
    build: Callable[[], nn.Module]
    shape: tuple[int, ...]

    def model(self, seed: int = 0) -> nn.Module:
        """A freshly initialised network in eval mode; the global generators stay as they are."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = self.build()
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    for part in (module.weight, module.running_var):
                        nn.init.uniform_(part, 0.5, 1.5)  # type: ignore[arg-type]
                    nn.init.normal_(module.running_mean, std=0.1)  # type: ignore[arg-type]
        return model.eval()

    def batch(self, size: int, seed: int = 0) -> tuple[Tensor, Tensor]:
        """Normal inputs (size, …) and class targets (size,)."""
        generator = torch.Generator().manual_seed(seed)
        inputs = torch.randn(size, *self.shape, generator=generator)
        return inputs, torch.arange(size) % CLASSES

    def data(self, *, regression: bool = False) -> DeviceData:
        """A task of 24 training and 12 test examples."""
        splits = []
        for size, seed in ((24, 1), (12, 2)):
            inputs, targets = self.batch(size, seed)
            splits.append(Split(inputs, functional.one_hot(targets).float() if regression else targets))
        task = TaskData(
            train=splits[0],
            test=splits[1],
            kind="regression" if regression else "classification",
            num_classes=CLASSES,
            in_channels=self.shape[0],
            image_size=self.shape[-1] if len(self.shape) > 1 else 1,
        )
        return DeviceData.place(task, torch.device("cpu"))


LINEAR = Bed(
    "linear layers",
    lambda: nn.Sequential(nn.Linear(11, 9), nn.ReLU(), nn.Linear(9, 7), nn.ReLU(), nn.Linear(7, CLASSES)),
    (11,),
)
SINGLE = Bed("a single layer", lambda: nn.Sequential(nn.Linear(11, CLASSES)), (11,))
CONV = Bed(
    "convolutions",
    lambda: nn.Sequential(
        nn.Conv2d(1, 5, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(5, 7, 3, stride=2),
        nn.ReLU(),
        _Pool(),
        nn.Linear(7, CLASSES),
    ),
    (1, 6, 6),
)
GROUPED = Bed(
    "grouped convolutions",
    lambda: nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(6, 9, 3, padding=1, groups=3),
        nn.ReLU(),
        nn.Conv2d(9, 9, 3, padding=1, groups=9),
        nn.ReLU(),
        _Pool(),
        nn.Linear(9, CLASSES),
    ),
    (1, 6, 6),
)
SHARED = Bed("shared weights", SharedWeights, (7,))
RESIDUAL = Bed("normalisation and a shortcut", Residual, (1, 6, 6))
BEDS = (LINEAR, CONV, GROUPED, SHARED, RESIDUAL, SINGLE)


def first_home(beds: Iterable[Bed], look: Callable[[Bed], object]) -> Bed:
    """The first of `beds` that `look` does not decline; one on which it raises anything else will do.

    Raises:
        Unsupported: with the last reason, where it declines all of them.
    """
    reason = ""
    for bed in beds:
        try:
            look(bed)
        except Unsupported as declined:
            reason = declined.reason
        except (Exception, SystemExit):  # noqa: BLE001 - what it raised is another check's matter
            return bed
        else:
            return bed
    raise Unsupported(reason)
