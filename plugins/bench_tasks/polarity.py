"""The task `polarity-teacher`: a ReLU teacher whose units matter unequally.

As its relatives, it is computed in float64 on the CPU and rounded at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor

import bench

STEPS = 4  # weights are multiples of a quarter
REDRAWS = 100
CALIBRATION = 10_000


@dataclass(frozen=True)
class PolarityTeacher:
    """A ReLU network: weights (out, in) and biases (out,) by layer, first layer first, float64."""

    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]

    def hidden(self, inputs: Tensor) -> list[Tensor]:
        """What its hidden layers make of `inputs` (n, in), in their type: each (n, units)."""
        signal, found = inputs, []
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            signal = torch.addmm(bias.to(inputs), signal, weight.to(inputs).T).relu()
            found.append(signal)
        return found

    def outputs(self, inputs: Tensor) -> Tensor:
        """What it makes of `inputs` (n, in): shape (n, out)."""
        return torch.addmm(self.biases[-1].to(inputs), self.hidden(inputs)[-1], self.weights[-1].to(inputs).T)


def quarters(count: int, width: int, generator: Generator) -> Tensor:
    """Weights (count, width), entries drawn evenly from {-1, -0.75, …, 1}, no two rows of one direction.

    Raises:
        UserError: where there are not as many directions of so few entries.
    """
    drawn = torch.empty(0, width, dtype=torch.float64)
    for _ in range(REDRAWS):
        entries = torch.randint(-STEPS, STEPS + 1, (count - len(drawn), width), generator=generator)
        drawn = _distinct(torch.cat([drawn, entries.double() / STEPS]))
        if len(drawn) == count:
            return drawn
    raise bench.UserError(
        f"task 'polarity-teacher': {count} units of {width} inputs",
        "that many different units cannot be drawn: take a layer less wide, or more inputs",
    )


def _distinct(rows: Tensor) -> Tensor:
    kept = rows[rows.any(1)]
    cosines = unit_rows(kept) @ unit_rows(kept).T
    return kept[~(torch.tril(cosines, -1) > 1 - 1e-9).any(1)]


def unit_rows(weight: Tensor) -> Tensor:
    """`weight` with rows of norm one."""
    scaled: Tensor = weight / weight.norm(dim=1, keepdim=True)
    return scaled


def polarity_teacher(params: bench.Params, generator: Generator) -> PolarityTeacher:
    """Draw the teacher: hidden units of norm one, the last ones with fan-outs divided by j^polarity.

    Biases are all `bias`, the outputs' too. With `biases = "median"` a unit's bias is minus the median of
    its weighted inputs, so that half of the inputs activate it, and outputs have mean 0 and deviation 1:
    both over `CALIBRATION` inputs of their own.
    """
    widths = [params["inputs"], *params["hidden"]]
    weights = [unit_rows(quarters(out, into, generator)) for into, out in pairwise(widths)]
    fan_out = quarters(widths[-1], params["outputs"], generator)
    places = torch.arange(1, widths[-1] + 1, dtype=torch.float64)
    weights.append((fan_out / places.unsqueeze(1) ** params["polarity"]).T.contiguous())
    if params["biases"] == "constant":
        biases = [torch.full((len(weight),), params["bias"], dtype=torch.float64) for weight in weights]
        return PolarityTeacher(tuple(weights), tuple(biases))
    signal, biases = _inputs(params, CALIBRATION, generator), []
    for weight in weights[:-1]:
        sums = signal @ weight.T
        biases.append(-sums.quantile(0.5, dim=0))
        signal = (sums + biases[-1]).relu()
    outputs = signal @ weights[-1].T
    deviation = outputs.std(0, unbiased=False)
    weights[-1] = weights[-1] / deviation.unsqueeze(1)
    return PolarityTeacher(tuple(weights), (*biases, -outputs.mean(0) / deviation))


def _inputs(params: bench.Params, count: int, generator: Generator) -> Tensor:
    drawn = torch.randn(count, params["inputs"], generator=generator, dtype=torch.float64)
    scaled: Tensor = drawn * params["input_std"]
    return scaled


def polarity_teacher_task(params: bench.Params) -> bench.LoadTask:
    """Regression onto that network, which does not depend on the numbers of examples."""
    if not params["hidden"]:
        raise bench.UserError(
            "task 'polarity-teacher': hidden is empty", "give the width of one hidden layer at least"
        )
    if params["biases"] == "median" and params["input_std"] == 0:
        raise bench.UserError(
            "task 'polarity-teacher': inputs that do not vary have outputs that cannot be standardised",
            "take an input_std above 0",
        )

    def load(request: bench.DataRequest) -> bench.TaskData:
        generator = Generator().manual_seed(request.seed)
        teacher = polarity_teacher(params, generator)

        def split(count: int) -> bench.Split:
            inputs = _inputs(params, count, generator)
            return bench.Split(inputs.float(), teacher.outputs(inputs).float())

        return bench.TaskData(
            train=split(params["train"]),
            test=split(params["test"]),
            kind="regression",
            num_classes=params["outputs"],
            in_channels=params["inputs"],
            image_size=1,
            teacher=teacher.hidden,
            teacher_weights=tuple(part.float() for part in teacher.weights),
        )

    return load
