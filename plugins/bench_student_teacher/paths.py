"""The measure `path-distribution`: the weights of input–output paths of a student and its teacher."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from torch import Tensor, nn

from bench import Measured, MeasureInput, Unsupported
from bench.structure import modules_by_weight
from bench_student_teacher.distances import distances
from bench_student_teacher.student import first_layers

MOST_PATHS = 10_000_000
QUANTILES = 101


def path_distribution(given: MeasureInput) -> Measured:
    """How far the path weights of a student, whole and cut to its best first units, are the teacher's.

    See `docs/measures.md` for the metrics.

    Raises:
        Unsupported: where the task gives no teacher's weights, or those of another input, or a network is
            not a chain of linear layers.
    """
    first = first_layers(given)
    whole = chain(given.dense)
    core = [whole[0][first.best], whole[1][:, first.best], *whole[2:]] if len(whole) > 1 else whole
    teacher = [weight.detach() for weight in given.data.teacher_weights]
    taught = path_weights(teacher)
    deviation = float(taught.std())
    metrics: dict[str, float | None] = {}
    curves = {"paths_teacher": _quantiles(taught)}
    for name, weights in (("core", core), ("whole", whole)):
        paths = path_weights(weights)
        found = distances(paths, taught)
        metrics[f"paths_ks_{name}"] = found.ks
        metrics[f"paths_energy_{name}"] = found.energy
        metrics[f"paths_w1_{name}"] = found.wasserstein / deviation if deviation > 0 else None
        curves[f"paths_{name}"] = _quantiles(paths)
    return Measured(metrics, curves=curves)


def path_weights(weights: Sequence[Tensor]) -> np.ndarray:
    """The product of the weights along each path from an input to an output.

    Invariant under the rescaling of a ReLU unit's incoming by the inverse of its outgoing weights.

    Args:
        weights: of the layers, first layer first, shapes (out, in); each reads what the last gives.

    Returns:
        One number a path, sorted, float64; as many as the product of all widths.

    Raises:
        Unsupported: where a layer has places, or does not read the one before, or there are too many paths.
    """
    if any(weight.ndim != 2 for weight in weights):
        raise Unsupported("paths are counted through linear layers alone")
    if any(later.shape[1] != earlier.shape[0] for earlier, later in pairwise(weights)):
        raise Unsupported("the linear layers are no chain")
    count = weights[0].shape[1] * math.prod(len(weight) for weight in weights)
    if not 0 < count <= MOST_PATHS:
        raise Unsupported(f"{count} paths; between 1 and {MOST_PATHS} are compared")
    products = np.ones((1, weights[0].shape[1]))
    for weight in weights:
        step = weight.double().cpu().numpy().T
        products = (products[:, :, None] * step[None]).reshape(-1, step.shape[1])
    return np.sort(products, axis=None)


def chain(model: nn.Module) -> list[Tensor]:
    """The weights of a model that is linear layers alone, in its order, each used once.

    Raises:
        Unsupported: where it has convolutions, or layers that share a weight.
    """
    sharers = modules_by_weight(model)
    if any(len(names) > 1 for names in sharers.values()):
        raise Unsupported("layers share a weight")
    weights = []
    for name in sharers:
        module = model.get_submodule(name)
        if not isinstance(module, nn.Linear):
            raise Unsupported("paths are counted through linear layers alone")
        weights.append(module.weight.detach())
    return weights


def _quantiles(ordered: np.ndarray) -> list[float]:
    """The quantiles 0, 1, …, 100 % of a sorted sample."""
    places = np.linspace(0, len(ordered) - 1, QUANTILES)
    found: list[float] = np.interp(places, np.arange(len(ordered)), ordered).tolist()
    return found
