"""What a training objective must do: a finite scalar with a gradient, lower where the network is better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine.guard import Watch
from bench.registry.components import Objective
from bench.registry.contracts import BankStep, ObjectiveInput
from bench.testing.check import NotApplicable, gates, require, rules
from bench.testing.common import Subject
from bench.testing.tiny import CLASSES, LINEAR

Kind = Literal["classification", "regression"]


@dataclass(frozen=True)
class ObjectiveCase(Subject[Objective]):
    """An objective on the bench, with a teacher that always gives the right answer."""

    def value(self, step: ObjectiveInput) -> Any:
        """What a fresh build returns; what it draws comes from a fixed seed."""
        made: Any = self.component.make(self.params)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return made(step)

    def cost(self, step: ObjectiveInput) -> float:
        """The value as a number."""
        return float(self.value(step).detach())

    def step(self, model: nn.Module, kind: Kind = "classification", repeat: int = 1) -> ObjectiveInput:
        """A step of training on 12 examples, or on `repeat` copies of them."""
        inputs, classes = LINEAR.batch(12)
        inputs, classes = inputs.repeat(repeat, 1), classes.repeat(repeat)
        right = functional.one_hot(classes, CLASSES).float()
        targets = right if kind == "regression" else classes
        return ObjectiveInput(model, inputs, model(inputs), targets, kind, lambda _: 5 * right)


def gives_a_scalar(case: ObjectiveCase) -> None:
    """It returns a tensor without dimensions."""
    value = case.value(case.step(_model()))
    require(isinstance(value, Tensor), f"it returned {type(value).__name__}, not a tensor")
    require(value.ndim == 0, f"it returned shape {tuple(value.shape)}, not a scalar")


def is_finite(case: ObjectiveCase) -> None:
    """Its value is finite, at the start and for extreme outputs."""
    model = _model()
    require(bool(torch.isfinite(case.value(case.step(model)))), "its value is not finite")
    with torch.no_grad():
        model[-1].weight.mul_(1e4)  # type: ignore[index]
    require(
        bool(torch.isfinite(case.value(case.step(model)))), "its value is not finite for outputs of 10,000"
    )


def has_a_gradient(case: ObjectiveCase) -> None:
    """It can be differentiated, and the gradient is finite and not zero."""
    model = _model()
    value = case.value(case.step(model))
    require(value.requires_grad, "its value has no gradient: it was detached, or computed without one")
    value.backward()
    gradients = [part.grad for part in model.parameters() if part.grad is not None]
    require(all(bool(torch.isfinite(grad).all()) for grad in gradients), "its gradient is not finite")
    require(any(bool(grad.any()) for grad in gradients), "its gradient is zero everywhere")


def repeats_under_a_seed(case: ObjectiveCase) -> None:
    """With torch's generator at one state, the same step has the same value."""
    one, other = (case.value(case.step(_model())) for _ in range(2))
    require(torch.equal(one, other), "one step had two values under one seed")


def leaves_the_model_alone(case: ObjectiveCase) -> None:
    """It edits neither the model nor the batch, and switches no mode."""
    model = _model()
    step = case.step(model)
    batch = {"the inputs": step.inputs, "the outputs": step.outputs.detach(), "the targets": step.targets}
    watch = Watch({"": model}, batch)
    case.value(step)
    for trace in watch.settle():
        require(trace.kind == "randomness", f"it {trace.message}")


def can_be_minimised(case: ObjectiveCase) -> None:
    """A few steps of gradient descent make it smaller."""
    model = _model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    start = case.cost(case.step(model))
    for _ in range(10):
        optimizer.zero_grad()
        case.value(case.step(model)).backward()
        optimizer.step()
    end = case.cost(case.step(model))
    require(end < start, f"ten steps of gradient descent took it from {start:.4g} to {end:.4g}")


def prefers_right_answers(case: ObjectiveCase) -> None:
    """A loss is lower for right outputs than for wrong ones."""
    if case.component.role == "penalty":
        raise NotApplicable("it is a penalty")
    right, wrong = (case.cost(_answered(case.step(_model()), shift)) for shift in (0, 1))
    require(float(right) < float(wrong), f"right outputs cost {right:.4g}, wrong ones {wrong:.4g}")


def does_not_grow_with_the_batch(case: ObjectiveCase) -> None:
    """It is a mean over examples: a batch repeated three times has the same value."""
    one, three = (case.cost(case.step(_model(), repeat=repeat)) for repeat in (1, 3))
    gap = abs(three - one) / max(abs(one), 1e-6)
    require(gap < 1e-3, f"a batch costs {one:.4g}, repeated three times {three:.4g}")


def treats_regression(case: ObjectiveCase) -> None:
    """For regression it gives a finite scalar too, or raises Unsupported."""
    value = case.value(case.step(_model(), "regression"))
    require(isinstance(value, Tensor) and value.ndim == 0, "for regression it does not return a scalar")
    require(bool(torch.isfinite(value)), "for regression its value is not finite")


def declares_its_teacher(case: ObjectiveCase) -> None:
    """It does without a teacher, or says `needs_teacher`: a dense network is trained without one."""
    if case.component.needs_teacher:
        raise NotApplicable("it says that it needs a teacher")
    value = case.value(replace(case.step(_model()), teacher=None))
    require(isinstance(value, Tensor) and value.ndim == 0, "without a teacher it does not return a scalar")


def treats_banks_like_networks(case: ObjectiveCase) -> None:
    """If it has `rows`, they are what calls give for each network of a bank."""
    objective: Any = case.component.make(case.params)
    if not callable(getattr(objective, "rows", None)):
        raise NotApplicable("it has no `rows`")
    steps = [case.step(_scaled(factor)) for factor in (0.5, 1.0, 2.0)]
    of_each = [dict(step.model.named_parameters()) for step in steps]
    parameters = {name: torch.stack([each[name] for each in of_each]) for name in of_each[0]}
    inputs, outputs, targets = (
        torch.stack([getattr(step, part) for step in steps]) for part in ("inputs", "outputs", "targets")
    )
    rows = objective.rows(BankStep(steps[0].model, parameters, inputs, outputs, targets, "classification"))
    expected = torch.stack([case.value(step) for step in steps])
    require(isinstance(rows, Tensor) and rows.shape == (3,), "rows of 3 networks are no tensor of shape (3,)")
    gap = float((rows - expected).detach().abs().max())
    require(gap <= 1e-5 * float(expected.detach().abs().max()), f"rows differ from calls by {gap:.2g}")
    ours, theirs = (_gradients(loss, steps) for loss in (rows, expected))
    close = all(
        torch.allclose(one, other, rtol=1e-4, atol=1e-7) for one, other in zip(ours, theirs, strict=True)
    )
    require(close, "the gradients of rows differ from those of calls")


def has_the_slopes_of_its_rows(case: ObjectiveCase) -> None:
    """If it has `slopes`, they are its `rows` with their gradients by the outputs, or None."""
    objective: Any = case.component.make(case.params)
    if not callable(getattr(objective, "slopes", None)):
        raise NotApplicable("it has no `slopes`")
    kinds: tuple[Kind, ...] = ("classification", "regression")
    for kind in kinds:
        step = _bank(case, kind)
        with torch.no_grad():
            pair = objective.slopes(step)
        if pair is None:
            continue
        rows = objective.rows(step)
        [due] = torch.autograd.grad(rows.sum(), [step.outputs])
        for word, have, want in zip(("losses", "gradients"), pair, (rows.detach(), due), strict=True):
            alike = have.shape == want.shape and torch.allclose(have, want, rtol=1e-5, atol=1e-7)
            require(alike, f"for {kind} the {word} of slopes are not those of rows")


def _bank(case: ObjectiveCase, kind: Kind) -> BankStep:
    """A step of a bank of three networks, whose outputs are leaves."""
    steps = [case.step(_scaled(factor), kind) for factor in (0.5, 1.0, 2.0)]
    inputs, outputs, targets = (
        torch.stack([getattr(step, part).detach() for step in steps])
        for part in ("inputs", "outputs", "targets")
    )
    of_each = [dict(step.model.named_parameters()) for step in steps]
    parameters = {name: torch.stack([each[name].detach() for each in of_each]) for name in of_each[0]}
    return BankStep(steps[0].model, parameters, inputs, outputs.requires_grad_(), targets, kind)


def _gradients(losses: Tensor, steps: list[ObjectiveInput]) -> list[Tensor]:
    parameters = [parameter for step in steps for parameter in step.model.parameters()]
    found = torch.autograd.grad(losses.sum(), parameters, allow_unused=True, retain_graph=True)
    return [torch.zeros(()) if gradient is None else gradient for gradient in found]


def _scaled(factor: float) -> nn.Module:
    model = _model()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(factor)
    return model


def _model() -> nn.Module:
    return LINEAR.model().train()


def _answered(step: ObjectiveInput, shift: int) -> ObjectiveInput:
    outputs = 5 * functional.one_hot((step.targets + shift) % CLASSES, CLASSES).float()
    return ObjectiveInput(
        step.model, step.inputs, outputs.requires_grad_(), step.targets, step.kind, step.teacher
    )


OBJECTIVE = (
    *gates(gives_a_scalar, leaves_the_model_alone, has_a_gradient, repeats_under_a_seed),
    *rules(
        is_finite,
        can_be_minimised,
        prefers_right_answers,
        does_not_grow_with_the_batch,
        treats_regression,
        declares_its_teacher,
        treats_banks_like_networks,
        has_the_slopes_of_its_rows,
    ),
)
