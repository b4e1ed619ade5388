"""What took a trial long before it has a record: stored until then, for the run that goes on after a kill."""

from __future__ import annotations

from pathlib import Path

from bench.engine.checkpoints import load_checkpoint, save_checkpoint, seconds_in
from bench.engine.prune import PrunedAt, PruneJob
from bench.engine.schedules.outcome import packed, unpacked
from bench.engine.schedules.scene import Scene
from bench.engine.scoring import check_scored
from bench.errors import TrialFault
from bench.registry.rewriting import Scored
from bench.store.artifacts import Artifact
from bench.store.layout import INTERIM

LONG = 5.0  # seconds; what took less is done again


def last_place(scene: Scene, *, keep: bool) -> Path | None:
    """Where the network that a trial trained last lies: for good if `keep`, else until it has a record.

    None where it will have none.
    """
    if keep:
        return scene.session.layout.artifact("finetune", scene.trial.stages.finetune)
    if not scene.is_recorded:
        return None
    return scene.session.layout.artifact(INTERIM, scene.trial.stages.finetune)


def is_worth_it(seconds: float, *, keep: bool) -> bool:
    """Whether what took so long is stored."""
    return keep or seconds >= LONG


def stored_scores(scene: Scene, job: PruneJob) -> tuple[Scored, float] | None:
    """What the trial's pruner said in a run that was interrupted, and the seconds that it took, or None."""
    artifact = load_checkpoint(_scores_place(scene), scene.data) if scene.is_recorded else None
    if artifact is None:
        return None
    scores, values = (unpacked(artifact.tensors, group, job.given.model) for group in ("score", "value"))
    found = Scored(scores, values) if job.pruner.unit == "unit" else scores
    try:
        scored = check_scored(found, job.ranked, job.pruner.unit, job.component, job.given.model)
        return scored, seconds_in(artifact.facts, "seconds")
    except (TrialFault, TypeError, ValueError):
        return None


def store_scores(scene: Scene, pruned_at: PrunedAt, seconds: float) -> None:
    """Leave scores that took long for a run that goes on with the trials that share them."""
    if not scene.is_recorded or pruned_at.scores is None or not is_worth_it(seconds, keep=False):
        return
    tensors = packed(score=pruned_at.scores, value=pruned_at.values)
    save_checkpoint(_scores_place(scene), Artifact(tensors, {"seconds": seconds}), scene.data)


def _scores_place(scene: Scene) -> Path:
    return scene.session.layout.artifact(INTERIM, scene.trial.stages.score)
