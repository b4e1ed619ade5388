"""The train stage: a dense network, trained once for all the trials that share it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import cast

import torch
from torch import nn

from bench.engine.blame import blamed
from bench.engine.checkpoints import alike, load_checkpoint, restored, save_checkpoint, seconds_in
from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.requests import Trainee, Training
from bench.engine.session import Session
from bench.engine.teaching import TeacherNetwork, with_teacher
from bench.engine.tracing import Tracer, Traces
from bench.engine.train import Course
from bench.errors import UserError
from bench.plan.epochs import epoch_key
from bench.plan.seeds import derive_seed
from bench.plan.spec import Spec
from bench.plan.trials import Trial
from bench.registry.components import Model, Parametrization
from bench.registry.contracts import Evaluation
from bench.store.artifacts import Artifact


@dataclass(frozen=True)
class Dense:
    """A trained dense network, still parametrized, in eval mode; its evaluation, seconds and traces.

    `selected` is the epoch whose weights it has, where that was chosen by validation.
    """

    model: nn.Module
    evaluation: Evaluation
    seconds: float
    was_cached: bool
    traces: Traces
    selected: int | None = None


def dense_network(
    session: Session, trial: Trial, epochs: Collection[int] = (), teacher: TeacherNetwork | None = None
) -> Trainee[Dense]:
    """The trial's dense network: from the store if it is there and sound, else trained and stored.

    Args:
        session: data, components, store.
        trial: whose network it is.
        epochs: what it is after each of them is stored too, for trials that rewind there.
        teacher: the trial's, where it has one.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the model, its parametrization or the objective breaks its contract.
    """
    path = session.layout.artifact("train", trial.stages.train)
    data = with_teacher(session.data(trial.spec), teacher)
    model = build_model(session, trial.spec, data)
    stored = _stored(model, load_checkpoint(path, data))
    if stored is not None:
        return stored
    tracer = Tracer(session, trial.spec, data)
    recipe = trial.spec.recipe.train
    loss = StageLoss(recipe, session.catalog)

    def after_epoch(epoch: int) -> None:
        tracer(model, epoch)
        if epoch in epochs:
            keep_epoch(session, trial, model, epoch)
        session.progress("train", 1)

    course = Course(
        component=f"model '{trial.spec.model}'",
        recipe=recipe,
        loss=loss,
        seed=derive_seed(trial.spec.seed, "train"),
        after_epoch=after_epoch,
        factors=_rates(session, trial.spec, model),
        teacher=teacher.answers(bf16=recipe.precision == "bf16") if teacher and loss.needs_teacher else None,
    )
    tracer(model, 0)
    traced_before = tracer.seconds
    trained = yield Training(model, data, course)
    started = time.perf_counter()
    with blamed(course.component):
        evaluation = evaluate(model, data)
    seconds = trained.seconds - (tracer.seconds - traced_before) + time.perf_counter() - started
    selected = trained.selected
    facts = {"seconds": seconds, **evaluation.__dict__, "traces": asdict(tracer.traces), "selected": selected}
    save_checkpoint(path, Artifact(model.state_dict(), facts), data)
    return Dense(model.eval(), evaluation, seconds, was_cached=False, traces=tracer.traces, selected=selected)


def keep_epoch(session: Session, trial: Trial, model: nn.Module, epoch: int) -> None:
    """Store what the dense network of `trial` is after `epoch` epochs of its training.

    What a training that was interrupted later left of it stays.
    """
    path = session.layout.artifact("epoch", epoch_key(trial.stages.train, epoch))
    data = session.data(trial.spec)
    kept = load_checkpoint(path, data)
    if kept is None or not alike(kept.tensors, model.state_dict()):
        save_checkpoint(path, Artifact(model.state_dict(), {"epoch": epoch}), data)


def build_model(session: Session, spec: Spec, data: DeviceData) -> nn.Module:
    """The freshly initialised network of a spec, parametrized, on the session's device.

    Raises:
        UserError: where the model says so, for a parameter that only its build can check.
        TrialFault: where the model or its parametrization raises anything else.
    """
    component = cast("Model", session.catalog.get("model", spec.model))
    parametrization = session.catalog.get("parametrization", spec.parametrization)
    shape = {
        "num_classes": data.task.num_classes,
        "in_channels": data.task.in_channels,
        "image_size": data.task.image_size,
    }
    torch.manual_seed(derive_seed(spec.seed, "init"))
    session.at(f"model '{spec.model}'")
    with blamed(f"model '{spec.model}'", passing=(UserError,)):
        model = component.make({**spec.model_params, **shape})
    with blamed(f"parametrization '{spec.parametrization}'"):
        parametrization.make(spec.parametrization_params)(model)
    session.at("")
    return model.to(session.device)


def _rates(session: Session, spec: Spec, model: nn.Module) -> Mapping[str, float]:
    parametrization = cast("Parametrization", session.catalog.get("parametrization", spec.parametrization))
    with blamed(f"parametrization '{spec.parametrization}'"):
        return parametrization.learning_rates(spec.parametrization_params, model)


def _stored(model: nn.Module, artifact: Artifact | None) -> Dense | None:
    """The dense network of `artifact`, in `model`; None, and `model` as it was, where it is none."""
    if artifact is None:
        return None
    facts = artifact.facts
    try:
        dense = Dense(
            model,
            Evaluation(**{name: facts[name] for name in Evaluation.__dataclass_fields__}),
            seconds_in(facts, "seconds"),
            was_cached=True,
            traces=Traces(**facts["traces"]),
            selected=facts["selected"],
        )
    except (KeyError, TypeError, ValueError):
        return None
    if not restored(model, artifact.tensors):
        return None
    model.eval()
    return dense
