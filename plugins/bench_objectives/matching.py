"""Matching logits: a student learns its teacher's outputs as they are, before any softmax."""

from __future__ import annotations

from torch import Tensor

from bench import ObjectiveInput


def logit_matching(step: ObjectiveInput) -> Tensor:
    """Half the squared distance of a student's outputs from its teacher's, as a mean over the batch.

    ½ Σ_outputs (student − teacher)²; labels have no part in it (Ba and Caruana 2014).

    Raises:
        ValueError: where the step has no teacher.
    """
    if step.teacher is None:
        raise ValueError("logit-matching needs a teacher, and this step has none")
    apart = step.outputs - step.teacher(step.inputs)
    return apart.square().sum(1).mean() / 2
