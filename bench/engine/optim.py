"""Optimisers and learning-rate schedules from a recipe."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from bench.suite.recipe import StageRecipe


def build_optimizer(
    model: nn.Module, recipe: StageRecipe, factors: Mapping[str, float] | None = None
) -> torch.optim.Optimizer:
    """The recipe's optimiser over `model`; where `decay_norms` is off, vectors are not decayed.

    `factors` are of the learning rate, by parameter name, 1 where there is none; each group has its
    own as "factor", for `set_rate`.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {(recipe.weight_decay, 1.0): []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = recipe.weight_decay if recipe.decay_norms or parameter.ndim > 1 else 0.0
            groups.setdefault((decay, (factors or {}).get(name, 1.0)), []).append(parameter)
    return _optimizer(
        [
            {"params": parameters, "weight_decay": decay, "factor": factor}
            for (decay, factor), parameters in groups.items()
        ],
        recipe,
    )


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every group to `rate` times its factor."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def _optimizer(groups: list[dict[str, Any]], recipe: StageRecipe) -> torch.optim.Optimizer:
    match recipe.optimizer:
        case "sgd":
            return torch.optim.SGD(
                groups,
                lr=recipe.lr,
                momentum=recipe.momentum,
                nesterov=recipe.nesterov and recipe.momentum > 0,
                foreach=True,
            )
        case "adam":
            return torch.optim.Adam(groups, lr=recipe.lr, foreach=True)
        case "adamw":
            return torch.optim.AdamW(groups, lr=recipe.lr, foreach=True)


def learning_rate(recipe: StageRecipe, steps_per_epoch: int) -> Callable[[int], float]:
    """The learning rate at each step of the stage, counted from 0.

    Warm-up is linear; cosine falls to 0 at the end; linear is constant to the first milestone and falls
    to 0 along a line from there (from the start, without milestones); one-cycle rises for 30 % of the
    stage from lr/25 and falls along a cosine to lr/10⁴ (Smith and Topin 2018).
    """
    total = max(1, recipe.epochs * steps_per_epoch)
    warm = recipe.warmup_epochs * steps_per_epoch

    def at(step: int) -> float:
        if step < warm:
            return recipe.lr * (step + 1) / (warm + 1)
        progress = (step - warm) / max(1.0, total - warm)
        return recipe.lr * _shape(recipe, progress, step / total)

    return at


def _shape(recipe: StageRecipe, progress: float, overall: float) -> float:
    match recipe.schedule:
        case "constant":
            return 1.0
        case "linear":
            kept = min(recipe.milestones, default=0.0)
            return 1.0 if overall <= kept else (1 - overall) / (1 - kept)
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * progress))
        case "step":
            return float(recipe.gamma ** sum(overall >= milestone for milestone in recipe.milestones))
        case "one-cycle":
            if progress < 0.3:
                return _between(1 / 25, 1.0, progress / 0.3)
            return _between(1.0, 1e-4, (progress - 0.3) / 0.7)


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))
