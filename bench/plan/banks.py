"""Which trials may be trained together: those whose stages differ in data and scalars alone."""

from __future__ import annotations

from typing import Literal

from bench.plan.canonical import canonical_json, content_hash
from bench.plan.spec import Spec
from bench.plan.trials import Trial
from bench.suite.recipe import StageRecipe

SCALARS = frozenset(
    {"lr", "momentum", "weight_decay", "schedule", "milestones", "gamma", "warmup_epochs", "grad_clip"}
)
_TASK = ("task", "validation", "model", "model_params")
_TRAIN = ("parametrization", "parametrization_params")


def can_bank(recipe: StageRecipe) -> bool:
    """Whether banks know everything that `recipe` asks for."""
    return (
        recipe.epochs > 0
        and recipe.precision == "fp32"
        and recipe.ema_decay == 0
        and recipe.select == "last"
        and not recipe.augment
        and not recipe.channels_last
    )


def without_scalars(recipe: StageRecipe) -> bytes:
    """What of `recipe` all rows of a bank have in common, as canonical JSON."""
    return canonical_json(recipe.model_dump(mode="json", exclude=set(SCALARS)))


def bank_key(trial: Trial, stage: Literal["train", "finetune"]) -> str | None:
    """The key that trials have in common whose `stage` may be trained as one bank, or None.

    The task's parameters are no part of it: data may differ in all but shape, which shows once it is there.
    "finetune" is whatever a trial trains after its dense network; parametrizations are folded by then,
    and meet there. Trials that may share part of that training, in rounds, are not trained together, nor are
    students of a teacher network, which is run beside them.
    """
    spec = trial.spec
    if spec.teacher is not None:
        return None
    if stage == "train":
        recipes, names = [spec.recipe.train], _TASK + _TRAIN
    else:
        recipes, names = recipes_after_dense(spec), (*_TASK, "schedule", "schedule_params")
    if not recipes or not all(can_bank(recipe) for recipe in recipes):
        return None
    plain = spec.model_dump(mode="json", include=set(names))
    common = [without_scalars(recipe).decode() for recipe in recipes]
    return content_hash({"stage": stage, "spec": plain, "recipes": common})


class BankKeys:
    """The bank keys of trials; those that differ in what is no part of it have theirs made out once."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[Trial, str | None]] = {}

    def of(self, trial: Trial, stage: Literal["train", "finetune"]) -> str | None:
        """As `bank_key` gives it."""
        spec = trial.spec
        shared = (spec.recipe, spec.model_params, spec.parametrization_params, spec.schedule_params)
        rest = (spec.task, spec.validation, spec.model, spec.parametrization, spec.schedule)
        known = (stage, *map(id, shared), *rest, spec.teacher is None)
        if known not in self._known:
            self._known[known] = (trial, bank_key(trial, stage))  # the trial keeps what has these ids
        return self._known[known][1]


def recipes_after_dense(spec: Spec) -> list[StageRecipe]:
    """The recipes that a trial follows after its dense network; none where it trains in rounds."""
    way = spec.schedule_params["retrain"]
    if spec.schedule not in ("one-shot", "at-init"):
        return []
    recipes: list[StageRecipe] = [spec.recipe.train] if spec.schedule == "at-init" else []
    if way == "finetune":
        return recipes + [spec.recipe.finetune] * (spec.recipe.finetune.epochs > 0)
    return recipes if way == "none" else [*recipes, spec.recipe.train]
