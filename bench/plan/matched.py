"""The trial that a layer-matched control takes its counts from."""

from __future__ import annotations

from bench.plan.canonical import content_hash
from bench.plan.stages import keys_after
from bench.plan.trials import Trial, identities_of


def reference_trial(control: Trial) -> Trial:
    """The trial of the pruner that `control` is matched to: all else is the same, so is its id."""
    matched = control.spec.matched_to
    if matched is None:
        raise ValueError("the trial is no control")
    spec = control.spec.model_copy(
        update={"pruner": matched.name, "params": matched.params, "matched_to": None}
    )
    components = {
        key: control.components["matched_to"] if key == "pruner" else ref
        for key, ref in control.components.items()
        if key != "matched_to"
    }
    plain = spec.model_dump(mode="json")
    versions = {key: ref.version for key, ref in components.items()}
    return Trial(
        content_hash({"spec": plain, "components": identities_of(components)}),
        control.suite,
        spec,
        components,
        keys_after(control.stages.train, plain, versions),
    )
