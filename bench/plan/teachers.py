"""The trial that makes the teacher of another."""

from __future__ import annotations

from collections.abc import Iterable

from bench.plan.canonical import content_hash
from bench.plan.spec import Spec
from bench.plan.stages import stage_keys
from bench.plan.teaching import components_of_teacher, spec_of_teacher
from bench.plan.trials import Trial, identities_of


def teacher_trial(trial: Trial) -> Trial | None:
    """The trial whose last network teaches in `trial`, or None where nobody does.

    Its stages are those of any trial: a dense network that others prune is trained once for all.
    """
    if trial.spec.teacher is None:
        return None
    plain = spec_of_teacher(trial.spec.model_dump(mode="json"))
    components = components_of_teacher(trial.components)
    versions = {key: ref.version for key, ref in components.items()}
    return Trial(
        content_hash({"spec": plain, "components": identities_of(components)}),
        trial.suite,
        Spec.model_validate(plain),
        components,
        stage_keys(plain, versions),
    )


def teacher_by_trial(trials: Iterable[Trial]) -> dict[str, Trial]:
    """The trial that makes the teacher of each trial, by its id; without those that nobody teaches.

    Trials of one contest and seed have their teacher in common, which is made out once.
    """
    taught = [trial for trial in trials if trial.spec.teacher is not None]
    known: dict[object, Trial] = {}
    found: dict[str, Trial] = {}
    for trial in taught:
        spec = trial.spec
        shared = (spec.teacher, spec.task_params, trial.components)
        rest = (spec.task, spec.output_layer, spec.validation, spec.seed, trial.suite.name)
        key = (*map(id, shared), *rest)  # what has these ids is kept alive by the trials
        if key not in known and (teacher := teacher_trial(trial)) is not None:
            known[key] = teacher
        found[trial.trial_id] = known[key]
    return found


def teachers_of(trials: Iterable[Trial]) -> list[Trial]:
    """The trials that make the teachers of `trials`, each once."""
    found = teacher_by_trial(trials).values()
    return list({teacher.stages.finetune: teacher for teacher in found}.values())


def facts_key(trial: Trial) -> str:
    """The key of what can be found out of a trial's dense network, held against its teacher if it has one."""
    teacher = teacher_trial(trial)
    return trial.stages.train if teacher is None else f"{trial.stages.train}|{teacher.stages.finetune}"
