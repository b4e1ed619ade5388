"""Distillation: a student learns from the answers of its teacher, beside the labels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bench import ObjectiveInput, Unsupported


class Distillation:
    """Cross-entropy with the labels, and the divergence from the teacher's softened answers.

    With P and P̂ the softmax outputs of student and teacher, P_T and P̂_T those at temperature T, and
    KL = KL(P̂_T ‖ P_T) as a mean over the batch:

    * `normalised`: (1 − w)·CE + w·T·KL. With w = α/(T + α) this is (CE + α·KL)/(1 + α/T), equation 1 of
      "Illuminating Dark Knowledge via Random Matrix Ensembles"; its gradient by the logits is
      (1 − w)(P − Y) + w(P_T − P̂_T), whose second part falls about as 1/T.
    * `compensated`: that times 1 − w + wT, which gives the loss; the step keeps its size as T grows.
    * `hinton`: (1 − w)·CE + w·T²·KL (Hinton, Vinyals and Dean 2015).
    """

    def __init__(self, form: str, temperature: float, w: float) -> None:
        self.temperature = temperature
        self.hard = 1.0 - w
        self.soft = w * temperature * (temperature if form == "hinton" else 1.0)
        self.scale = 1.0 - w + w * temperature if form == "compensated" else 1.0

    def __call__(self, step: ObjectiveInput) -> Tensor:
        """The loss of a step, a scalar.

        Raises:
            Unsupported: for regression, which has no softmax to soften.
            ValueError: where the step has no teacher.
        """
        if step.kind == "regression":
            raise Unsupported("distillation softens the answers of a classifier; this task is a regression")
        if step.teacher is None:
            raise ValueError("distillation needs a teacher, and this step has none")
        answers = step.teacher(step.inputs)
        loss = self.hard * functional.cross_entropy(step.outputs, step.targets)
        return self.scale * (loss + self.soft * self._divergence(step.outputs, answers))

    def _divergence(self, outputs: Tensor, answers: Tensor) -> Tensor:
        student = torch.log_softmax(outputs / self.temperature, 1)
        teacher = torch.log_softmax(answers / self.temperature, 1)
        return functional.kl_div(student, teacher, reduction="batchmean", log_target=True)
