"""Synthetic records with plausible numbers, through the real record model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.plan.spec import Spec
from bench.plan.trials import trial_id_of
from bench.store.record import Record

GRID = (0.5, 0.75, 0.9, 0.95, 0.98)
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Contestant:
    pruner: str
    params: dict[str, Any]
    knee: float  # how early accuracy falls, in halvings
    error: float  # spectral error per halving
    parametrization: str = "direct"
    weight_decay: float = 5e-4


CONTESTANTS = (
    Contestant("magnitude", {"scope": "global"}, 5.2, 0.115),
    Contestant("magnitude", {"scope": "layer"}, 4.6, 0.105),
    Contestant("random", {"scope": "global"}, 2.4, 0.21),
    Contestant("weight-decay", {"scope": "global", "weight_decay": 5e-3}, 5.3, 0.09, weight_decay=5e-3),
)
MODELS = {"lenet-5": (0.985, 61_706), "resnet-20": (0.921, 272_474), "vgg-19": (0.936, 20_035_018)}


def record(
    contestant: Contestant,
    model: str,
    at: tuple[float, int],
    suite: str = "cifar10-pruning",
    epochs: int = 20,
) -> Record:
    sparsity, seed = at
    top, weights = MODELS[model]
    # the dense network of a seed is shared by all that train alike
    shared = np.random.default_rng([seed, weights, int(contestant.weight_decay * 1e6)])
    rng = np.random.default_rng(
        [seed, weights, int(sparsity * 1e5), len(contestant.pruner), int(contestant.knee * 10)]
    )
    dense = float(top - 8 * abs(contestant.weight_decay - 5e-4) + shared.normal(0, 0.0012))
    x = -np.log2(1 - sparsity)
    lost = 1 / (1 + np.exp(-1.7 * (x - contestant.knee)))
    accuracy = float(np.clip(dense - (dense - 0.1) * lost * 0.8 + rng.normal(0, 0.0011), 0.1, 1))
    pruned = float(np.clip(dense - (dense - 0.1) * min(1.0, lost * 3 + 0.04 * x), 0.1, 1))
    error = float(np.clip(contestant.error * x * (1 + rng.normal(0, 0.015)), 0, 1.2))
    zeros = round(sparsity * weights)
    spec = {
        "task": "cifar10",
        "task_params": {},
        "model": model,
        "model_params": {"num_classes": 10, "in_channels": 3, "image_size": 32},
        "parametrization": contestant.parametrization,
        "parametrization_params": {},
        "pruner": contestant.pruner,
        "params": contestant.params,
        "matched_to": None,
        "schedule": "one-shot",
        "schedule_params": {"retrain": "finetune", "rewind_epoch": 0},
        "validation": 0.0,
        "sparsity": sparsity,
        "seed": seed,
        "output_layer": "included",
        "recipe": {
            "train": {"epochs": epochs, "weight_decay": contestant.weight_decay},
            "finetune": {"epochs": 5},
        },
        "measures": [{"name": "accuracy"}, {"name": "sparsity"}, {"name": "spectrum"}, {"name": "cost"}],
    }
    part = {"version": "1", "distribution": "prunebench", "distribution_version": "0.1.0"}
    components = {
        key: {"name": str(spec[key]), **part} for key in ("task", "model", "parametrization", "pruner")
    } | {
        "objective:train": {"name": "supervised", **part},
        "objective:finetune": {"name": "supervised", **part},
    }
    plain = {
        "schema": 1,
        "trial_id": trial_id_of(Spec.model_validate(spec).model_dump(mode="json"), components),
        "status": "ok",
        "suite": {"name": suite, "version": "1"},
        "spec": spec,
        "components": components,
        "metrics": {
            "accuracy": accuracy,
            "accuracy_dense": dense,
            "accuracy_pruned": pruned,
            "loss": 0.05 + 2 * (1 - accuracy),
            "sparsity": zeros / weights,
            "compression": weights / (weights - zeros),
            "spectral_error": error,
            "frobenius_error": error * 0.8,
            "macs": 41e6 * (1 - sparsity) * 1.3,
            "macs_dense": 41e6,
            "params_total": weights,
            "params_nonzero": weights - zeros,
        },
        "timing": {"train": 61.0 + seed, "prune": 0.21, "finetune": 14.5, "measure": 1.2},
        "env": {
            "python": "3.12.3",
            "torch": "2.11.0",
            "device": "NVIDIA H200",
            "cpu": "AMD EPYC 9454",
            "os": "Linux 6.8",
            "threads": 16,
            "prunebench": "0.1.0",
        },
        "started": "2025-01-01T00:00:00Z",
        "finished": "2025-01-01T00:01:17Z",
    }
    return Record.model_validate(plain)


def synthetic(
    models: tuple[str, ...] = ("lenet-5",), seeds: tuple[int, ...] = SEEDS, suite: str = "cifar10-pruning"
) -> Iterator[Record]:
    for model in models:
        for contestant in CONTESTANTS:
            for sparsity in GRID:
                for seed in seeds:
                    yield record(contestant, model, (sparsity, seed), suite)


def many(count: int, suite: str = "many") -> Iterator[Record]:
    """At least so many records of one suite: three networks, and as many contestants as it takes."""
    each = len(MODELS) * len(GRID) * len(SEEDS)
    for number in range(-(-count // each)):
        own = Contestant(f"pruner-{number}", {"scope": "global"}, 2 + 0.02 * number, 0.09 + 0.0006 * number)
        for model in MODELS:
            for sparsity in GRID:
                for seed in SEEDS:
                    yield record(own, model, (sparsity, seed), suite)


def altered(one: Record, changes: dict[str, Any]) -> Record:
    """A copy with dotted fields replaced, and the trial id that belongs to it."""
    plain = one.plain()
    for path, value in changes.items():
        *rooms, last = path.split("/")
        place = plain
        for room in rooms:
            place = place[room]
        place[last] = value
    plain["trial_id"] = trial_id_of(plain["spec"], plain["components"])
    return Record.model_validate(plain)
