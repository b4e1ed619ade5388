"""Which trainings go into banks, and how many into one: where it was measured to pay."""

from __future__ import annotations

from collections.abc import Hashable

from bench.engine.bank.chain import Chain, chain_of
from bench.engine.objectives import StageLoss
from bench.engine.requests import Training
from bench.plan.banks import can_bank, without_scalars

MOST = {"cpu": 64, "cuda": 128}
LARGEST = {"cpu": 1 << 19, "cuda": 1 << 23}
PARAMETERS = {"cpu": 1 << 20, "cuda": 1 << 26}
ACTIVATIONS = {"cpu": 1 << 22, "cuda": 1 << 28}
INPUTS = 1 << 28


def bank_chain(training: Training) -> Chain | None:
    """The chain of a training that goes through a bank, if only a bank of one, else None.

    That depends on the training and the device alone, never on what else there is to train.
    """
    device = training.data.train.targets.device.type
    loss = training.course.loss
    if device not in MOST or not can_bank(training.course.recipe) or training.course.after_step:
        return None
    if not isinstance(loss, StageLoss) or not loss.in_banks or training.course.teacher:
        return None
    if sum(parameter.numel() for parameter in training.model.parameters()) > LARGEST[device]:
        return None
    chain = chain_of(training.model)
    return chain if chain and (chain.is_flat or device == "cuda") else None


def bank_rows(training: Training, *, own_data: bool) -> int:
    """How many such trainings go into one bank, at least one.

    On a CPU parameters and activations should stay in its cache; `own_data` says that each row brings
    its own training data, of which a bank makes a copy.
    """
    inputs = training.data.train.inputs
    device = inputs.device.type
    parameters = list(training.model.parameters())
    widths = inputs[:1].numel() + sum(parameter.shape[0] for parameter in parameters)
    return max(
        1,
        min(
            MOST[device],
            PARAMETERS[device] // sum(parameter.numel() for parameter in parameters),
            ACTIVATIONS[device] // (min(training.course.recipe.batch_size, len(inputs)) * widths),
            INPUTS // (inputs.numel() * inputs.element_size()) if own_data else MOST[device],
        ),
    )


def bank_form(training: Training) -> Hashable:
    """What trainings in one bank have in common."""
    data = training.data
    return (
        without_scalars(training.course.recipe),
        (training.course.first, training.course.last, training.course.replay),
        tuple(sorted(training.course.factors.items())),
        tuple((name, p.shape, p.requires_grad) for name, p in training.model.named_parameters()),
        (data.train.inputs.shape, data.train.inputs.dtype, data.train.targets.shape, data.task.kind),
        (tuple(data.scale.flatten().tolist()), tuple(data.shift.flatten().tolist())),
    )
