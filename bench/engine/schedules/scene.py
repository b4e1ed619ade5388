"""What a schedule plays with: a trial's networks, its data, and its pruner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import torch
from torch import nn
from torch.nn.utils import parametrize

from bench.engine.data import DeviceData
from bench.engine.dense import build_model
from bench.engine.objectives import StageLoss
from bench.engine.prunable import prunable_layers
from bench.engine.prune import PruneJob
from bench.engine.session import Session
from bench.engine.teaching import TeacherNetwork, with_teacher
from bench.engine.train import Course
from bench.errors import Unsupported
from bench.plan.seeds import derive_seed
from bench.plan.spec import Spec
from bench.plan.trials import Trial
from bench.registry.components import Pruner
from bench.registry.contracts import Layer, PruneInput, each_time
from bench.suite.recipe import StageRecipe
from bench.suite.roles import StageName


@dataclass(frozen=True)
class Scene:
    """A trial, where it is played, and who is told of each epoch.

    Args:
        session: data, components, store.
        trial: whose schedule it is.
        dense: its trained dense network, still parametrized, in eval mode; nothing changes it.
        tick: is called after each epoch that the trial trains.
        teacher: the network that the trial learns from, where it has one.
        is_recorded: whether the trial is played for its record; what is stored until then goes with that.
    """

    session: Session
    trial: Trial
    dense: nn.Module
    tick: Callable[[], None]
    teacher: TeacherNetwork | None = None
    is_recorded: bool = False

    @property
    def spec(self) -> Spec:
        """The trial's spec."""
        return self.trial.spec

    @cached_property
    def data(self) -> DeviceData:
        """The task's data."""
        return with_teacher(self.session.data(self.spec), self.teacher)

    @cached_property
    def pruner(self) -> Pruner:
        """The trial's pruner."""
        return cast("Pruner", self.session.catalog.get("pruner", self.spec.pruner))

    def seed(self, purpose: str, number: int = 1) -> int:
        """A seed of the trial; the first of a purpose is that of a trial with one pruning."""
        return derive_seed(self.spec.seed, purpose, *([] if number == 1 else [str(number)]))

    def layers(self, model: nn.Module) -> dict[str, Layer]:
        """The layers of `model` that the suite prunes."""
        return prunable_layers(model, include_output=self.spec.output_layer == "included")

    def job(self, model: nn.Module, number: int = 1) -> PruneJob:
        """The trial's pruner, set before `model` for the pruning of that number."""
        return self.job_of(self.pruner, self.spec.params, model, number)

    def job_of(self, pruner: Pruner, params: dict[str, object], model: nn.Module, number: int) -> PruneJob:
        """Another pruner set before `model`, as if it were the trial's."""
        seed = self.seed("prune", number)
        classification = self.data.task.kind == "classification"
        loss = nn.functional.cross_entropy if classification else nn.functional.mse_loss

        def batch(size: int) -> tuple[torch.Tensor, torch.Tensor]:
            return self.data.held_batch(size, torch.Generator().manual_seed(derive_seed(seed, "batch")))

        given = PruneInput(
            model=model,
            layers=self.layers(model),
            generator=torch.Generator().manual_seed(seed),
            batch=batch,
            loss=loss,
            teacher=self.data.task.teacher,
            once=self._once(pruner, model),
        )
        return PruneJob(pruner, params, seed, given, self.data.example())

    def _once(self, pruner: Pruner, model: nn.Module) -> Callable[[str, Callable[[], Any]], Any]:
        """What the pruner asked of the trial's dense network before; nothing of any other `model`."""
        if model is not self.dense:
            return each_time
        known = self.session.once(self.trial.stages.train)
        own = f"{pruner.name}|{pruner.version}"
        return lambda key, make: known(f"{own}|{key}", make)

    def first_use(self, pruner: Pruner, params: dict[str, object]) -> bool:
        """Whether this session has not yet seen the pruner at work on the trial's model."""
        return self.session.first_use(f"{pruner.name}|{pruner.version}|{params}|{self.spec.model}")

    def course(self, stage: StageName, seed: int) -> Course:
        """A whole course by the recipe of `stage`, telling `tick` of each epoch.

        Who teaches, where the objective asks, is the trial's teacher if the stage learns from it, else the
        dense network.
        """
        recipe: StageRecipe = getattr(self.spec.recipe, stage)
        loss = StageLoss(recipe, self.session.catalog)
        component = f"model '{self.spec.model}'"
        own = TeacherNetwork(self.dense, component)
        learns = self.spec.teacher is not None and stage in self.spec.teacher.stages
        teacher = self.teacher if learns and self.teacher else own
        return Course(
            component=component,
            recipe=recipe,
            loss=loss,
            seed=seed,
            after_epoch=lambda _: self.tick(),
            teacher=teacher.answers(bf16=recipe.precision == "bf16") if loss.needs_teacher else None,
        )

    def initial(self) -> nn.Module:
        """The network as it was before the dense one was trained.

        Raises:
            Unsupported: where it is parametrized: masks hold plain weights.
        """
        model = build_model(self.session, self.spec, self.data)
        require_plain(model, self.spec)
        return model.eval()


def require_plain(model: nn.Module, spec: Spec) -> None:
    """Check that training by the train recipe under masks is possible.

    Raises:
        Unsupported: where weights are functions of others, whose zeros no mask can hold.
    """
    if any(parametrize.is_parametrized(module) for module in model.modules()):
        raise Unsupported(
            f"masks hold plain weights while recipe.train runs, and parametrization "
            f"'{spec.parametrization}' has none"
        )
