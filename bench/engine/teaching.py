"""What a teacher answers while a student trains, and what its hidden units say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from bench.engine.blame import blamed
from bench.engine.data import DeviceData
from bench.structure import normalised_by, prunable_modules


def answers_of(teacher: nn.Module, component: str, *, bf16: bool) -> Callable[[Tensor], Tensor]:
    """`teacher` as a function from normalised inputs to float32 outputs, in eval mode and frozen.

    It is run, never copied, and only when an objective asks.

    Args:
        teacher: on the device of the inputs.
        component: who answers for what its forward pass raises.
        bf16: whether the student's forward pass runs under autocast to bfloat16; then this does too.
    """
    teacher.eval()

    def answers(inputs: Tensor) -> Tensor:
        autocast = torch.autocast(inputs.device.type, dtype=torch.bfloat16, enabled=bf16)
        with torch.no_grad(), autocast, blamed(component):
            outputs: Tensor = teacher(inputs)
        return outputs.float()

    return answers


@dataclass(frozen=True)
class TeacherNetwork:
    """A network that teaches others, with plain weights; `component` answers for what it raises."""

    model: nn.Module
    component: str

    def answers(self, *, bf16: bool) -> Callable[[Tensor], Tensor]:
        """What an objective learns from, as `answers_of` gives it."""
        return answers_of(self.model, self.component, bf16=bf16)

    def activations(self, inputs: Tensor) -> list[Tensor]:
        """What the units of its hidden layers say to normalised `inputs` (n, …), first layer first.

        ReLU of a layer's output, behind its batch normalisation: (n, units), or (n, units, h, w) of a
        convolution. Units that were pruned are silent.
        """
        self.model.eval()
        hidden = list(prunable_modules(self.model))[:-1]
        norms = normalised_by(self.model, inputs[:1])
        found: dict[str, Tensor] = {}

        def record(name: str) -> Callable[[nn.Module, object, Tensor], None]:
            def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
                found[name] = output.detach().relu().float()

            return hook

        hooks = [
            self.model.get_submodule(norms.get(name, name)).register_forward_hook(record(name))
            for name in hidden
        ]
        try:
            with torch.no_grad(), blamed(self.component):
                self.model(inputs)
        finally:
            for hook in hooks:
                hook.remove()
        return [found[name] for name in hidden if name in found]

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """The weights of its layers, in its order, the output layer last."""
        modules = prunable_modules(self.model).values()
        return tuple(module.get_parameter("weight").detach() for module in modules)


def with_teacher(data: DeviceData, teacher: TeacherNetwork | None) -> DeviceData:
    """`data` as a student of `teacher` has it: `TaskData.teacher` is that network."""
    if teacher is None:
        return data
    task = replace(data.task, teacher=teacher.activations, teacher_weights=teacher.weights)
    return replace(data, task=task)
