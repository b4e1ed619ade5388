"""How good the dense network is with only its n best units, for all n at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.errors import Unsupported
from bench.measure.unit_runs import UnitRuns, unit_runs
from bench.registry.contracts import LONGEST_CURVE, Measured, MeasureInput

Curves = Mapping[str, Sequence[float | int | None]]

_BATCH = 1024
_NUMBERS_AT_ONCE = 2**21
_COUNTS_AT_ONCE = 16
_TRIED = 8


def unit_curve(given: MeasureInput, layer: str = "first", points: int = 0) -> Measured:
    """The test error of the dense network cut down to its n best units by the trial's own pruner.

    Nothing is trained after the cut. A removed unit loses its row, its bias, and scale and shift of the
    batch normalisation right behind it, so that the value at n is what `one-shot` without retraining
    gives with that many units. Where the pruner rewrites the network before it removes units, the curve
    is the rewritten network's. Metric: `units`, how many units there are. Curves, one number for each n:
    `units_kept`; for regression `mse_by_units`; for classification `accuracy_by_units` and
    `loss_by_units`.

    Args:
        given: the trial.
        layer: whose units go: "first" for the first hidden layer alone, "all" for the units of all
            hidden layers in one order, or a layer's name.
        points: at how many n, evenly spaced, both ends included; 0 for every n from 0 on.

    Raises:
        Unsupported: where the pruner did not score units, where `layer` is none that it scored, or where
            the curve would be longer than a record takes.
    """
    scores = _scores_of(given, layer)
    units = sum(map(len, scores.values()))
    kept = _kept_counts(units, points)
    if len(kept) > LONGEST_CURVE:
        raise Unsupported(f"a curve of {len(kept)} numbers is longer than {LONGEST_CURVE}; ask for `points`")
    network = given.dense if given.rewritten is None else given.rewritten
    own = _fingerprint(scores if given.rewritten is None else {**scores, **network.state_dict()})
    curves = given.once(own, lambda: _curves(given, network, scores, kept))
    return Measured({"units": units}, curves=curves)


def _scores_of(given: MeasureInput, layer: str) -> dict[str, Tensor]:
    scores = given.scores
    if scores is None:
        raise Unsupported("the pruner gave no scores of the dense network")
    if any(score.ndim != 1 for score in scores.values()):
        raise Unsupported("the pruner scores weights, not units")
    if layer == "all":
        return dict(scores)
    name = next(iter(scores)) if layer == "first" else layer
    if name not in scores:
        raise Unsupported(f"no scored layer is called {name!r}")
    return {name: scores[name]}


def _kept_counts(units: int, points: int) -> list[int]:
    if points == 0 or points > units:
        return list(range(units + 1))
    steps = max(points, 2) - 1
    return [round(step * units / steps) for step in range(steps + 1)]


def _fingerprint(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in tensors.items():
        digest.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def _ranks(scores: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Places in the order of all units, 0 the best; of equal scores the later is better, as in masks."""
    joined = torch.cat([score.double() for score in scores.values()])
    ranks = torch.empty(len(joined), dtype=torch.long, device=joined.device)
    ranks[joined.sort(stable=True).indices.flip(0)] = torch.arange(len(joined), device=joined.device)
    parts = torch.split(ranks, [len(score) for score in scores.values()])
    return dict(zip(scores, parts, strict=True))


@torch.no_grad()
def _curves(given: MeasureInput, network: nn.Module, scores: Mapping[str, Tensor], kept: list[int]) -> Curves:
    tried, _ = next(iter(given.batches(_TRIED)))
    runs = unit_runs(network, _ranks(scores), tried)
    together = min(len(kept), _COUNTS_AT_ONCE)
    size = max(1, min(_BATCH, _NUMBERS_AT_ONCE // (runs.width * together)))
    block = max(1, _NUMBERS_AT_ONCE // (runs.width * size))
    classification = given.data.kind == "classification"
    totals = torch.zeros(len(kept), 2, dtype=torch.float64, device=tried.device)
    count = 0
    for inputs, targets in given.batches(size):
        count += len(inputs)
        totals += _batch_totals(runs, (inputs, targets), kept, block, classification=classification)
    first, second = (totals.T / count).tolist()
    if classification:
        return {"units_kept": kept, "accuracy_by_units": first, "loss_by_units": second}
    return {"units_kept": kept, "mse_by_units": first}


def _batch_totals(
    runs: UnitRuns, batch: tuple[Tensor, Tensor], kept: list[int], block: int, *, classification: bool
) -> Tensor:
    """Sums over a batch, shape (counts, 2): correct and loss, or squared error and zero."""
    inputs, targets = batch
    runs.begin(inputs)
    found = []
    for start in range(0, len(kept), block):
        counts = kept[start : start + block]
        outputs = runs.outputs(counts).float()
        outputs = outputs.reshape(len(counts), -1, *outputs.shape[1:])
        found.append(_classified(outputs, targets) if classification else _regressed(outputs, targets))
    return torch.cat(found)


def _classified(outputs: Tensor, targets: Tensor) -> Tensor:
    correct = (outputs.argmax(2) == targets).sum(1).double()
    repeated = targets.repeat(len(outputs))
    losses = functional.cross_entropy(outputs.flatten(0, 1), repeated, reduction="none")
    return torch.stack([correct, losses.view(len(outputs), -1).double().sum(1)], 1)


def _regressed(outputs: Tensor, targets: Tensor) -> Tensor:
    errors = outputs.reshape(-1, *targets.shape) - targets
    squared = errors.double().pow(2).flatten(2).mean(2) if errors.ndim > 2 else errors.double().pow(2)
    squared = squared.sum(1)
    return torch.stack([squared, torch.zeros_like(squared)], 1)
