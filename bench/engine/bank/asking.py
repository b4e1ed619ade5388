"""Whether a trial's networks are trained in banks, found out before anything is trained."""

from __future__ import annotations

from bench.engine.bank.rules import bank_chain
from bench.engine.dense import build_model
from bench.engine.fold import fold
from bench.engine.objectives import StageLoss
from bench.engine.requests import Training
from bench.engine.session import Session
from bench.engine.train import Course
from bench.plan.banks import recipes_after_dense
from bench.plan.trials import Trial


def is_banked(session: Session, trial: Trial, *, finetuned: bool) -> bool:
    """Whether the dense network of `trial`, or what it trains after that, goes through a bank.

    Raises:
        Exception: what the task, the model or the objective raises.
    """
    spec = trial.spec
    data = session.data(spec)
    model = build_model(session, spec, data)
    recipe = recipes_after_dense(spec)[0] if finetuned else spec.recipe.train
    course = Course(recipe, StageLoss(recipe, session.catalog), 0, lambda _: None)
    return bank_chain(Training(fold(model) if finetuned else model, data, course)) is not None
