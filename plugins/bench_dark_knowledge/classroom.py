"""What students are shown, and what they are asked: splits of a task's data, and a teacher's answers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

import bench
from bench_dark_knowledge.bank import School
from bench_dark_knowledge.examples import answers, normalised

_DRAW = 0


@dataclass(frozen=True)
class Questions:
    """Examples that nobody was trained on: inputs, labels (n,) and the teacher's logits (n, C)."""

    inputs: Tensor
    targets: Tensor
    teacher: Tensor


@dataclass(frozen=True)
class Classroom:
    """The students' lessons, the half of the test split for ingredients, and the other half for accuracy."""

    school: School
    held: Questions
    test: Questions


def classroom(given: bench.MeasureInput, examples: int, whiten: int, temperatures: list[float]) -> Classroom:
    """Part the data of a trial whose dense network is the teacher.

    Args:
        given: the trial.
        examples: how many training examples students see, evenly of each class; 0 for all.
        whiten: principal components that they see, each of unit variance over the training split; 0
            leaves the inputs as the teacher sees them, flattened.
        temperatures: those at which the teacher's answers are softened.
    """
    data = given.data
    train, test = normalised(data.train.inputs, given), normalised(data.test.inputs, given)
    change = _Whitening(train.flatten(1), whiten)
    chosen = _in_turn(data.train.targets)[: examples or None].sort().values.to(train.device)
    logits = answers(given.dense, train[chosen])
    soft = {one: torch.softmax(logits.double() / one, 1).float() for one in temperatures}
    targets = data.train.targets.to(train.device)[chosen]
    school = School(change(train[chosen].flatten(1)), targets, soft, data.num_classes)

    def half(places: Tensor) -> Questions:
        places = places.to(test.device)
        seen = test[places]
        return Questions(
            change(seen.flatten(1)), data.test.targets.to(test.device)[places], answers(given.dense, seen)
        )

    held, asked = halves(data.test.targets)
    return Classroom(school, half(held), half(asked))


def halves(targets: Tensor) -> tuple[Tensor, Tensor]:
    """Places of either half of the examples, each half of every class, drawn and ordered at random.

    The draw is always the same. The data's own order may mean something: MNIST's first test images are
    easier than its last, and the clusters of a mixture follow one another.
    """
    order = torch.randperm(len(targets), generator=Generator().manual_seed(_DRAW))
    odd = _ranks(targets.cpu()[order]) % 2 == 1
    return order[~odd], order[odd]


class _Whitening:
    """The affine map to leading principal components of unit variance."""

    def __init__(self, inputs: Tensor, components: int) -> None:
        self._map: Tensor | None = None
        if components:
            double = inputs.double()
            self._mean = double.mean(0)
            centred = double - self._mean
            values, vectors = torch.linalg.eigh(centred.T @ centred / len(inputs))
            kept = values.flip(0)[:components].clamp_min(1e-12 * float(values[-1]))
            self._map = vectors.flip(1)[:, :components] / kept.sqrt()

    def __call__(self, inputs: Tensor) -> Tensor:
        """Inputs (n, d) as students see them, float32."""
        return inputs if self._map is None else ((inputs.double() - self._mean) @ self._map).float()


def _in_turn(targets: Tensor) -> Tensor:
    """Places of examples such that every class comes once before any comes twice, in the data's order."""
    return torch.argsort(_ranks(targets), stable=True)


def _ranks(targets: Tensor) -> Tensor:
    """How many examples of its own class come before each."""
    ranks = torch.zeros(len(targets), dtype=torch.int64)
    cpu = targets.cpu()
    for label in torch.unique(cpu):
        own = torch.nonzero(cpu == label).flatten()
        ranks[own] = torch.arange(len(own))
    return ranks
