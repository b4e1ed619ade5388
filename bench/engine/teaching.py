"""What a teacher answers while a student trains."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from bench.engine.blame import blamed


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
