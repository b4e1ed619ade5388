"""A worker that does nothing: it answers for each trial at once, with a record as of a small network."""

from __future__ import annotations

from bench.runner.messages import receive, send

ENV = {"python": "3", "torch": "2", "device": "cpu", "cpu": "c", "os": "o", "threads": 1, "prunebench": "0"}
LAYER = {
    "shape": [300, 784],
    "weights": 235200,
    "zeros": 117600,
    "spectral_error": 0.1,
    "frobenius_error": 0.2,
}
WHEN = "2026-01-01T00:00:00.000+00:00"
COMPONENTS = 8


def record(trial):
    """The record of a trial as JSON types."""
    return {key: trial[key] for key in ("trial_id", "suite", "spec", "components")} | {
        "schema": 1,
        "status": "ok",
        "metrics": {f"metric_{number}": number / 7 for number in range(16)},
        "per_layer": [{"name": f"fc{number}", **LAYER} for number in range(3)],
        "timing": {"train": 1.0, "prune": 0.1, "finetune": 0.5, "measure": 0.1},
        "env": ENV,
        "error": None,
        "started": WHEN,
        "finished": WHEN,
    }


def serve(pipe, settings):
    """Answer until the supervisor closes the pipe, with as many messages as a worker sends."""
    del settings
    send(pipe, {"event": "ready", "device": "cpu", "env": ENV})
    try:
        while True:
            work = receive(pipe)
            for trial in work["trials"] if work["kind"] == "trials" else []:
                send(pipe, {"event": "started", "trial_id": trial["trial_id"]})
                for _ in range(COMPONENTS):
                    send(pipe, {"event": "at", "component": "measure 'accuracy'"})
                send(pipe, {"event": "record", "record": record(trial)})
            send(pipe, {"event": "done"})
    except (EOFError, OSError):
        return
