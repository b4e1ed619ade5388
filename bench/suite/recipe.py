"""Recipes: how a network is trained and fine-tuned, as data."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Int = Annotated[int, Field(strict=True)]
Float = Annotated[float, Field(strict=True)]
Bool = Annotated[bool, Field(strict=True)]


def is_none(value: object) -> bool:
    """Whether a field is to be left out of what is hashed and stored, since it says nothing."""
    return value is None


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and non-finite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Penalty(Strict):
    """A penalty objective added to the loss with a weight."""

    objective: str
    weight: Float = Field(ge=0)
    params: dict[str, Any] = Field(default_factory=dict)


class StageRecipe(Strict):
    """One training stage.

    Units: `epochs` and `warmup_epochs` in passes over the training split, or in `steps_per_epoch` steps
    where batches are drawn with replacement (0: as many as a pass has), `lr` the peak learning
    rate, `grad_clip` the largest global gradient norm (0 switches it off), `milestones` as shares of
    the stage at which a step schedule multiplies the rate by `gamma`, and at the first of which a linear
    schedule begins to fall, `ema_decay` the decay a step of an exponential moving average of the
    weights, which then takes their place (0 switches it off).
    `select` keeps the last epoch's weights, or those of the epoch best on the suite's validation split.
    """

    epochs: Int = Field(default=10, ge=0)
    batch_size: Int = Field(default=128, ge=1)
    optimizer: Literal["sgd", "adam", "adamw"] = "sgd"
    lr: Float = Field(default=0.1, gt=0)
    momentum: Float = Field(default=0.9, ge=0, lt=1)
    nesterov: Bool = False
    weight_decay: Float = Field(default=0.0, ge=0)
    decay_norms: Bool = True
    schedule: Literal["constant", "linear", "cosine", "step", "one-cycle"] = "cosine"
    milestones: tuple[Float, ...] = (0.5, 0.75)
    gamma: Float = Field(default=0.1, gt=0, le=1)
    warmup_epochs: Float = Field(default=0.0, ge=0)
    grad_clip: Float = Field(default=0.0, ge=0)
    ema_decay: Float = Field(default=0.0, ge=0, lt=1)
    select: Literal["last", "best-validation"] = "last"
    augment: tuple[Literal["pad-crop", "flip"], ...] = ()
    precision: Literal["fp32", "bf16"] = "fp32"
    channels_last: Bool = False
    objective: str = "supervised"
    objective_params: dict[str, Any] = Field(default_factory=dict)
    penalties: tuple[Penalty, ...] = ()
    sampling: Literal["epoch", "replacement"] = Field(default="epoch", exclude_if=lambda one: one == "epoch")
    steps_per_epoch: Int = Field(default=0, ge=0, exclude_if=operator.not_)

    @model_validator(mode="after")
    def _steps_are_of_drawn_batches(self) -> Self:
        if self.steps_per_epoch and self.sampling == "epoch":
            raise ValueError('steps_per_epoch goes with sampling = "replacement": a pass has its own number')
        return self


class FinetuneRecipe(StageRecipe):
    """A fine-tuning stage: shorter and at a smaller rate unless the suite says otherwise."""

    epochs: Int = Field(default=3, ge=0)
    lr: Float = Field(default=0.01, gt=0)


class Recipe(Strict):
    """Training and fine-tuning."""

    train: StageRecipe = StageRecipe()
    finetune: FinetuneRecipe = FinetuneRecipe()
