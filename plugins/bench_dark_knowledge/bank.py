"""Many small students trained at once: all seeds and all settings of the loss in batched products."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor


@dataclass(frozen=True)
class Setting:
    """A loss: the temperature T, the teacher's share w = α/(T + α), and whether it is compensated.

    The paper's loss, equation 1, has the gradient (1 − w)(P − Y) + w(P_T − P̂_T) by the logits; the
    compensated one is that times 1 − w + wT.
    """

    temperature: float
    share: float
    compensated: bool = False

    @property
    def scale(self) -> float:
        """What the paper's gradient is multiplied by."""
        return 1 - self.share + self.share * self.temperature if self.compensated else 1.0


@dataclass(frozen=True)
class School:
    """What students see: inputs, (n, d) for all or (S, n, d) one a seed, labels (n,), and the teacher's.

    `soft` has the teacher's softened answers P̂_T, (n, C), by temperature.
    """

    inputs: Tensor
    targets: Tensor
    soft: Mapping[float, Tensor]
    classes: int


@dataclass(frozen=True)
class Course:
    """How students are trained: SGD with momentum, the rate falling to 0 along a cosine."""

    steps: int
    batch_size: int
    lr: float
    momentum: float = 0.9
    weight_decay: float = 0.0


@dataclass(frozen=True)
class Bank:
    """K perceptrons, S seeds times M settings, seed by seed: weights (K, out, in), biases (K, 1, out)."""

    weights: list[Tensor]
    biases: list[Tensor]
    seeds: int

    @classmethod
    def fresh(cls, widths: Sequence[int], seeds: Sequence[int], settings: int, device: torch.device) -> Bank:
        """He-normal weights, biases of zero; the students of a seed start alike."""
        weights, biases = [], []
        generators = [Generator().manual_seed(2 * seed) for seed in seeds]
        for fan_in, fan_out in pairwise(widths):
            drawn = [torch.randn(fan_out, fan_in, generator=one) for one in generators]
            start = torch.stack(drawn).mul_(math.sqrt(2 / fan_in)).to(device)
            weights.append(start.repeat_interleave(settings, 0))
            biases.append(torch.zeros(len(weights[-1]), 1, fan_out, device=device))
        return cls(weights, biases, len(seeds))

    def signals(self, inputs: Tensor) -> list[Tensor]:
        """What reaches each layer for inputs (K, n, d), and last the logits (K, n, C)."""
        found = [inputs]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            found.append(torch.baddbmm(bias, found[-1], weight.transpose(1, 2)))
            if number < len(self.weights):
                found[-1].relu_()
        return found

    def row(self, place: int) -> Bank:
        """One student as a bank."""
        part = slice(place, place + 1)
        return Bank([one[part] for one in self.weights], [one[part] for one in self.biases], 1)

    def predictions(self, inputs: Tensor) -> Tensor:
        """The classes (K, n) that the students answer for inputs (n, d) or (S, n, d)."""
        each = len(self.weights[0]) // self.seeds
        found = []
        for place in range(len(self.weights[0])):
            own = inputs if inputs.ndim == 2 else inputs[place // each]
            found.append(self.row(place).signals(own[None])[-1][0].argmax(1))
        return torch.stack(found)

    def features(self, inputs: Tensor) -> Tensor:
        """What reaches the last layer, shape (K, n, units), for inputs (n, d) that all see."""
        rows = [self.row(place).signals(inputs[None])[-2][0] for place in range(len(self.weights[0]))]
        return torch.stack(rows)


@torch.no_grad()
def trained(
    school: School, settings: Sequence[Setting], seeds: Sequence[int], hidden: Sequence[int], course: Course
) -> Bank:
    """Train a student a seed and setting; those of a seed start alike and see the same batches."""
    inputs, device = school.inputs, school.inputs.device
    bank = Bank.fresh((inputs.shape[-1], *hidden, school.classes), seeds, len(settings), device)
    own = inputs.expand(len(seeds), *inputs.shape[-2:])
    batches = _Batches(len(school.targets), course.batch_size, seeds)
    gradient = _Gradient(school, settings, len(seeds))
    velocity = [torch.zeros_like(part) for part in (*bank.weights, *bank.biases)]
    rows = torch.arange(len(seeds), device=device).repeat_interleave(len(settings))
    for step in range(course.steps):
        index = batches.draw().to(device)
        seen = own[torch.arange(len(seeds), device=device)[:, None], index][rows]
        signals = bank.signals(seen)
        rate = course.lr * 0.5 * (1 + math.cos(math.pi * step / course.steps))
        found = _backward(bank, signals, gradient(signals[-1], index[rows]))
        for place, part in enumerate((*bank.weights, *bank.biases)):
            if place < len(bank.weights) and course.weight_decay:
                found[place].add_(part, alpha=course.weight_decay)
            velocity[place].mul_(course.momentum).add_(found[place])
            part.sub_(velocity[place], alpha=rate)
    return bank


def _backward(bank: Bank, signals: list[Tensor], gradient: Tensor) -> list[Tensor]:
    """The gradients of weights, then biases, from that of the logits."""
    weights: list[Tensor] = []
    biases: list[Tensor] = []
    for number in range(len(bank.weights) - 1, -1, -1):
        weights.insert(0, torch.bmm(gradient.transpose(1, 2), signals[number]))
        biases.insert(0, gradient.sum(1, keepdim=True))
        if number:
            back = torch.bmm(gradient, bank.weights[number])
            gradient = torch.ops.aten.threshold_backward(back, signals[number], 0)
    return weights + biases


class _Gradient:
    """The gradient of every row's loss by its logits, a mean over the batch."""

    def __init__(self, school: School, settings: Sequence[Setting], seeds: int) -> None:
        self._targets = school.targets
        self._temperatures = sorted({setting.temperature for setting in settings if setting.share})
        self._soft = [school.soft[temperature] for temperature in self._temperatures]
        device = school.targets.device
        places = torch.arange(len(settings) * seeds, device=device).view(seeds, len(settings))

        def rows(chosen: list[int]) -> Tensor:
            return places[:, chosen].flatten()

        self._groups = [
            rows([m for m, one in enumerate(settings) if one.share and one.temperature == temperature])
            for temperature in self._temperatures
        ]
        self._hard = rows([m for m, one in enumerate(settings) if one.share < 1])
        self._share = torch.tensor([one.share for one in settings] * seeds, device=device).view(-1, 1, 1)
        self._scale = torch.tensor([one.scale for one in settings] * seeds, device=device).view(-1, 1, 1)

    def __call__(self, logits: Tensor, index: Tensor) -> Tensor:
        """Logits (K, n, C) of the examples `index` (K, n): shape (K, n, C)."""
        found = torch.zeros_like(logits)
        hard = torch.softmax(logits[self._hard], 2)
        labels = self._targets[index[self._hard]].unsqueeze(2)
        hard.scatter_add_(2, labels, torch.full_like(labels, -1, dtype=hard.dtype))
        hard.mul_(1 - self._share[self._hard])
        found.index_copy_(0, self._hard, hard)
        for temperature, soft, rows in zip(self._temperatures, self._soft, self._groups, strict=True):
            answer = torch.softmax(logits[rows] / temperature, 2)
            answer.sub_(soft[index[rows]]).mul_(self._share[rows])
            found.index_add_(0, rows, answer)
        return found.mul_(self._scale).div_(logits.shape[1])


class _Batches:
    """Shuffled batches, epoch after epoch, in each seed's own order."""

    def __init__(self, count: int, size: int, seeds: Sequence[int]) -> None:
        self._count, self._size = count, min(size, count)
        self._generators = [Generator().manual_seed(2 * seed + 1) for seed in seeds]
        self._order = torch.empty(len(seeds), 0, dtype=torch.int64)

    def draw(self) -> Tensor:
        """Places (S, n) of the next batch; what is left of an epoch after whole batches is passed over."""
        if self._order.shape[1] < self._size:
            orders = [torch.randperm(self._count, generator=one) for one in self._generators]
            self._order = torch.stack(orders)
        batch, self._order = self._order[:, : self._size], self._order[:, self._size :]
        return batch
