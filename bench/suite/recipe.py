"""Recipes: how a network is trained and fine-tuned, as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and non-finite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Penalty(Strict):
    """A penalty objective added to the loss with a weight."""

    objective: str
    weight: float = Field(ge=0)
    params: dict[str, Any] = Field(default_factory=dict)


class StageRecipe(Strict):
    """One training stage.

    Units: `epochs` and `warmup_epochs` in passes over the training split, `lr` the peak learning
    rate, `grad_clip` the largest global gradient norm (0 switches it off), `milestones` as shares of
    the stage at which a step schedule multiplies the rate by `gamma`.
    """

    epochs: int = Field(default=10, ge=0)
    batch_size: int = Field(default=128, ge=1)
    optimizer: Literal["sgd", "adam", "adamw"] = "sgd"
    lr: float = Field(default=0.1, gt=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float = Field(default=0.0, ge=0)
    decay_norms: bool = True
    schedule: Literal["constant", "cosine", "step", "one-cycle"] = "cosine"
    milestones: tuple[float, ...] = (0.5, 0.75)
    gamma: float = Field(default=0.1, gt=0, le=1)
    warmup_epochs: float = Field(default=0.0, ge=0)
    grad_clip: float = Field(default=0.0, ge=0)
    precision: Literal["fp32", "bf16"] = "fp32"
    channels_last: bool = False
    objective: str = "supervised"
    objective_params: dict[str, Any] = Field(default_factory=dict)
    penalties: tuple[Penalty, ...] = ()


class FinetuneRecipe(StageRecipe):
    """A fine-tuning stage: shorter and at a smaller rate unless the suite says otherwise."""

    epochs: int = Field(default=3, ge=0)
    lr: float = Field(default=0.01, gt=0)


class Recipe(Strict):
    """Training and fine-tuning."""

    train: StageRecipe = StageRecipe()
    finetune: FinetuneRecipe = FinetuneRecipe()
