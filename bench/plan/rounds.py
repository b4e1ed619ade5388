"""The rounds of a trial of the schedule `iterative`: their sparsities, and the keys of what they leave."""

from __future__ import annotations

from dataclasses import dataclass

from bench.plan.canonical import content_hash
from bench.plan.sequences import round_sparsities
from bench.plan.teachers import teacher_trial
from bench.plan.trials import Trial

_DECIDES = ("pruner", "params", "matched_to", "output_layer")


@dataclass(frozen=True)
class Round:
    """One round: its number, from 1, the sparsity that it prunes to, and the key of its network."""

    number: int
    sparsity: float
    key: str


def rounds_of(trial: Trial) -> tuple[Round, ...]:
    """The rounds of a trial.

    A key holds the key before it and the sparsity, but neither the sparsity at the end nor how many
    rounds come after: trials that begin alike share their beginning.
    """
    spec = trial.spec.model_dump(mode="json")
    params = dict(trial.spec.schedule_params)
    stage = "finetune" if params["retrain"] == "finetune" else "train"
    wanted = ("pruner", "matched_to", f"objective:{stage}", f"penalty:{stage}:")
    key = content_hash(
        {
            "stage": "rounds",
            "train": trial.stages.train,
            "spec": {name: spec[name] for name in _DECIDES},
            "retrain": [params["retrain"], params["rewind_epoch"]],
            "recipe": spec["recipe"][stage],
            "versions": {
                name: ref.version for name, ref in trial.components.items() if name.startswith(wanted)
            },
            **_taught(trial),
        }
    )
    rounds = []
    for number, sparsity in enumerate(round_sparsities(params, trial.spec.sparsity), start=1):
        key = content_hash({"after": key, "sparsity": sparsity})
        rounds.append(Round(number, sparsity, key))
    return tuple(rounds)


def _taught(trial: Trial) -> dict[str, object]:
    teacher = teacher_trial(trial)
    if teacher is None or trial.spec.teacher is None:
        return {}
    return {"teacher": [teacher.stages.finetune, *trial.spec.teacher.stages]}
