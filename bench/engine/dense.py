"""The train stage: a dense network, trained once for all the trials that share it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import torch
from torch import nn

from bench.engine.blame import blamed
from bench.engine.data import DeviceData
from bench.engine.evaluate import evaluate
from bench.engine.objectives import StageLoss
from bench.engine.selection import best_epoch
from bench.engine.session import Session
from bench.engine.tracing import Tracer, Traces
from bench.engine.train import Course, train
from bench.plan.seeds import derive_seed
from bench.plan.spec import Spec
from bench.plan.trials import Trial
from bench.registry.components import Model
from bench.registry.contracts import Evaluation
from bench.store.artifacts import Artifact, read_artifact, write_artifact


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


def dense_network(session: Session, trial: Trial) -> Dense:
    """The trial's dense network: from the store if it is there and sound, else trained and stored.

    One that was trained on other data, such as re-encoded images, is not sound.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where the model, its parametrization or the objective breaks its contract.
    """
    path = session.layout.artifact("train", trial.stages.train)
    data = session.data(trial.spec)
    model = build_model(session, trial.spec, data)
    artifact = read_artifact(path)
    if artifact is not None and is_of(artifact, data) and _restored(model, artifact.tensors):
        facts = artifact.facts
        return Dense(
            model.eval(),
            _evaluation(facts),
            float(facts["seconds"]),
            was_cached=True,
            traces=Traces(**facts.get("traces", {})),
            selected=facts.get("selected"),
        )
    started = time.perf_counter()
    tracer = Tracer(session, trial.spec)
    recipe = trial.spec.recipe.train

    best = best_epoch(recipe, model, data)

    def after_epoch(epoch: int) -> None:
        tracer(model, epoch)
        if best:
            best(epoch)
        session.progress("train", 1)

    course = Course(
        component=f"model '{trial.spec.model}'",
        recipe=recipe,
        loss=StageLoss(recipe, session.catalog),
        seed=derive_seed(trial.spec.seed, "train"),
        after_epoch=after_epoch,
    )
    tracer(model, 0)
    train(model, data, course)
    if best:
        best.restore()
    with blamed(course.component):
        evaluation = evaluate(model, data)
    seconds = time.perf_counter() - started - tracer.seconds
    selected = best.epoch if best else None
    facts = {
        "seconds": seconds,
        **evaluation.__dict__,
        "traces": asdict(tracer.traces),
        "selected": selected,
        "data_sha256": data.sha256,
    }
    write_artifact(path, Artifact(model.state_dict(), facts))
    return Dense(model.eval(), evaluation, seconds, was_cached=False, traces=tracer.traces, selected=selected)


def is_of(artifact: Artifact, data: DeviceData) -> bool:
    """Whether a checkpoint was trained on `data`; one that does not say so is taken to be."""
    return bool(artifact.facts.get("data_sha256", data.sha256) == data.sha256)


def build_model(session: Session, spec: Spec, data: DeviceData) -> nn.Module:
    """The freshly initialised network of a spec, parametrized, on the session's device."""
    component = cast("Model", session.catalog.get("model", spec.model))
    parametrization = session.catalog.get("parametrization", spec.parametrization)
    shape = {
        "num_classes": data.task.num_classes,
        "in_channels": data.task.in_channels,
        "image_size": data.task.image_size,
    }
    torch.manual_seed(derive_seed(spec.seed, "init"))
    session.at(f"model '{spec.model}'")
    with blamed(f"model '{spec.model}'"):
        model = component.make({**spec.model_params, **shape})
    with blamed(f"parametrization '{spec.parametrization}'"):
        parametrization.make(spec.parametrization_params)(model)
    session.at("")
    return model.to(session.device)


def _restored(model: nn.Module, tensors: Mapping[str, torch.Tensor]) -> bool:
    try:
        model.load_state_dict(dict(tensors))
    except (RuntimeError, KeyError):
        return False
    return True


def _evaluation(facts: Mapping[str, Any]) -> Evaluation:
    return Evaluation(**{name: facts[name] for name in Evaluation.__dataclass_fields__})
