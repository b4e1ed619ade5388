"""Teachers: trained, pruned and fine-tuned once for all their students, and kept in the store."""

from __future__ import annotations

import copy
from collections.abc import Collection

from torch import nn

from bench.engine.bank.gather import run_alone
from bench.engine.checkpoints import load_checkpoint, restored, save_checkpoint
from bench.engine.dense import Dense, build_model, dense_network
from bench.engine.fold import fold
from bench.engine.requests import Trainee
from bench.engine.schedules.play import open_schedule, play
from bench.engine.schedules.scene import Scene
from bench.engine.session import Session
from bench.engine.teaching import TeacherNetwork
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial
from bench.store.artifacts import Artifact


def teacher_of(session: Session, trial: Trial) -> TeacherNetwork | None:
    """The network that teaches in `trial`, or None where nobody does.

    Raises:
        Exception: as `trained_teacher` does.
    """
    teacher = teacher_trial(trial)
    return None if teacher is None else trained_teacher(session, teacher)


def taught_network(session: Session, trial: Trial, epochs: Collection[int] = ()) -> Trainee[Dense]:
    """The trial's dense network, as `dense_network` gives it, and its teacher before that if it has one.

    Raises:
        Exception: as `dense_network` and `trained_teacher` do.
    """
    teacher = teacher_of(session, trial)
    return (yield from dense_network(session, trial, epochs, teacher))


def trained_teacher(session: Session, teacher: Trial) -> TeacherNetwork:
    """The last network of the trial `teacher`: from the store if it is there and sound, else made and stored.

    Raises:
        Diverged: where training does not stay finite.
        TrialFault: where a component breaks its contract.
        Unsupported: where the pruner cannot treat the network.
    """

    def make() -> TeacherNetwork:
        return TeacherNetwork(_network(session, teacher).eval(), f"model '{teacher.spec.model}'")

    return session.teachers.get(teacher.stages.finetune, make)


def _network(session: Session, teacher: Trial) -> nn.Module:
    data = session.data(teacher.spec)
    path = session.layout.artifact("teacher", teacher.stages.finetune)
    artifact = load_checkpoint(path, data)
    if artifact is not None:
        network = fold(build_model(session, teacher.spec, data))
        if restored(network, artifact.tensors):
            return network
    network = run_alone(_made(session, teacher), banks=session.banks)
    save_checkpoint(path, Artifact(network.state_dict(), {}), data)
    return network


def _made(session: Session, teacher: Trial) -> Trainee[nn.Module]:
    dense = yield from dense_network(session, teacher)
    scene = Scene(session, teacher, dense.model, tick=lambda: session.progress("finetune", 1))
    pruned_at = open_schedule(scene, [teacher.spec.sparsity])
    outcome = yield from play(scene, fold(copy.deepcopy(dense.model)), pruned_at, keep=False)
    return outcome.final
