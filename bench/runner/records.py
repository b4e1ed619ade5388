"""Makes records of what became of trials."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bench.errors import TrialFault, Unsupported
from bench.plan.teaching import PREFIX
from bench.plan.trials import Trial
from bench.runner.memory import is_out_of_memory
from bench.store.record import Environment, Fault, LayerRecord, Record, Status

MAX_MESSAGE = 2000
MAX_REASON = 500
MAX_TRACEBACK = 8000


def now() -> str:
    """The present time, UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def ok_record(
    trial: Trial, env: Environment, started: str, outcome: Mapping[str, Any], layers: tuple[LayerRecord, ...]
) -> Record:
    """The record of a trial that ended well.

    `outcome` has its metrics and timing, and what else records have where there is any: `curves`,
    `volatile`, `unmeasured`, `traces` and `selected`.
    """
    return _record(trial, "ok", env, started, outcome, layers, None)


def failed_record(
    trial: Trial, status: Status, env: Environment | None, started: str, fault: Fault
) -> Record:
    """The record of a trial that did not end well."""
    return _record(trial, status, env, started, {"metrics": {}, "timing": {}}, (), fault)


def _record(  # noqa: PLR0913, PLR0917 - the one place where a record's parts meet
    trial: Trial,
    status: Status,
    env: Environment | None,
    started: str,
    outcome: Mapping[str, Any],
    layers: tuple[LayerRecord, ...],
    fault: Fault | None,
) -> Record:
    return Record(
        schema=1,
        trial_id=trial.trial_id,
        status=status,
        suite=trial.suite,
        spec=trial.spec,
        components=dict(trial.components),
        metrics=dict(outcome["metrics"]),
        per_layer=layers,
        curves=dict(outcome.get("curves", {})),
        volatile=tuple(outcome.get("volatile", ())),
        unmeasured={name: why[:MAX_REASON] for name, why in outcome.get("unmeasured", {}).items()},
        traces=tuple(outcome.get("traces", ())),
        selected=dict(outcome.get("selected", {})),
        timing=dict(outcome["timing"]),
        env=env,
        error=fault,
        started=started,
        finished=max(started, now()),  # the clock may have been set back
    )


def status_of(error: BaseException) -> Status:
    """How a trial that raised `error` is filed."""
    if isinstance(error, Unsupported):
        return "unsupported"
    return "oom" if is_out_of_memory(error) else "failed"


def fault_of(error: BaseException, plugin_of: Mapping[str, str]) -> Fault:
    """`error` as records keep it; `plugin_of` names the plugin of a component such as "pruner 'x'"."""
    component = error.component if isinstance(error, TrialFault) else None
    cause = error.__cause__ or error
    return Fault(
        kind=type(cause).__name__,
        message=str(error)[:MAX_MESSAGE] or type(error).__name__,
        component=component,
        plugin=plugin_of.get(component) if component else None,
        traceback="".join(traceback.format_exception(cause))[-MAX_TRACEBACK:],
    )


def blame(fault: Fault, component: str, plugin_of: Mapping[str, str]) -> Fault:
    """`fault` laid at the door of the component that was running, if one was."""
    if not component:
        return fault
    message = f"{component}: {fault.message}"
    return fault.model_copy(
        update={"component": component, "plugin": plugin_of.get(component), "message": message}
    )


def plugins_of(trial: Trial) -> dict[str, str]:
    """The plugin behind each component of a trial, by the component's name in faults."""
    return {
        f"{_kind(key)} '{ref.name}'": f"{ref.distribution} {ref.distribution_version}"
        for key, ref in trial.components.items()
    }


def _kind(key: str) -> str:
    kind = key.removeprefix(PREFIX).partition(":")[0]
    return {"penalty": "objective", "matched_to": "pruner"}.get(kind, kind)
