"""Pruners with one fault each, the checks meant for it, and what their author reads."""

from __future__ import annotations

import numpy as np
import torch

import bench
from tests.plugins.fault import Fault
from tests.plugins.pruner_pieces import (
    after,
    all_modules,
    by_attribute,
    counting,
    deaf,
    dividing,
    each,
    exact,
    hidden_draw,
    hoarding,
    magnitude,
    masked,
    only,
    raising,
    scorer,
    seeded_small,
    shuffled,
    sparsifier,
    tenths,
    thresholded,
    twice,
    two_layers,
)

FAULTS = (
    Fault("raises", scorer(raising), ("prunes-a-small-network",), "it raised ZeroDivisionError"),
    Fault(
        "calls sys.exit",
        after(lambda _: (_ for _ in ()).throw(SystemExit(2))),
        ("prunes-a-small-network",),
        "it raised SystemExit",
    ),
    Fault(
        "returns a list",
        scorer(lambda given: list(magnitude(given))),
        ("prunes-a-small-network",),
        "it returned list, not a mapping",
    ),
    Fault(
        "leaves a layer out",
        scorer(lambda given: dict(list(magnitude(given).items())[1:])),
        ("answers-for-every-layer",),
        "no answer for 0",
    ),
    Fault(
        "makes up a layer",
        scorer(lambda given: {**magnitude(given), "fc9": torch.ones(1)}),
        ("answers-for-every-layer",),
        "an answer for fc9",
    ),
    Fault(
        "returns a wrong shape",
        each(lambda score: score.flatten()),
        ("returns-the-due-shapes",),
        "the scores of 0 has shape (99,), not (9, 11)",
    ),
    Fault(
        "returns integer scores",
        each(lambda score: (score * 100).long()),
        ("returns-the-due-types",),
        "torch.int64, not floating-point",
    ),
    Fault(
        "returns a mask that is not boolean",
        masked(lambda part: bench.Sparsified(part.mask.float())),
        ("returns-the-due-types",),
        "torch.float32, not boolean",
    ),
    Fault(
        "leaves the device",
        each(lambda score: score.to("meta")),
        ("stays-on-the-device",),
        "is on meta, the weights are on cpu",
    ),
    Fault(
        "returns NaN",
        each(lambda score: score * torch.nan),
        ("gives-numbers-only",),
        "the scores of 0 hold NaN",
    ),
    Fault(
        "returns infinite values",
        masked(lambda part: bench.Sparsified(part.mask, part.values / 0)),
        ("gives-numbers-only",),
        "the values of 0 are not finite",
    ),
    Fault(
        "keeps one weight too many",
        sparsifier(lambda given, keep: exact(given, {name: count + 1 for name, count in keep.items()})),
        ("keeps-exactly-what-it-is-told",),
        "told to keep 89 weights of 0, it kept 90",
    ),
    Fault(
        "gives values to pruned weights",
        masked(lambda part: bench.Sparsified(part.mask, part.values + 1)),
        ("gives-values-only-where-it-keeps",),
        "pruned weights have values",
    ),
    Fault(
        "claims an unknown recipe key",
        scorer(magnitude, recipe=lambda _: {"train.learning_rate": 0.1}),
        ("recipe-keys-are-known",),
        "learning_rate",
    ),
    Fault(
        "edits the model",
        after(lambda given: given.model[0].weight.data.zero_()),
        ("leaves-the-model-alone",),
        "it edited the model: 0.weight",
    ),
    Fault(
        "leaves a hook behind",
        after(lambda given: given.model.register_forward_hook(lambda *_: None)),
        ("leaves-the-model-alone",),
        "hooks of the model",
    ),
    Fault(
        "freezes the model",
        after(lambda given: given.model.requires_grad_(requires_grad=False)),
        ("leaves-the-model-alone",),
        "fixed",
    ),
    Fault(
        "edits the layers",
        after(lambda given: [layer.weight.abs_() for layer in given.layers.values()]),
        ("leaves-the-layers-alone",),
        "the weight of 0",
    ),
    Fault(
        "switches to train mode",
        after(lambda given: given.model.train()),
        ("leaves-the-mode-alone",),
        "it switched the mode",
    ),
    Fault(
        "switches gradients off",
        after(lambda given: torch.set_grad_enabled(False)),
        ("leaves-torch-as-it-was",),
        "gradients on or off",
    ),
    Fault(
        "draws global randomness",
        scorer(lambda given: {name: torch.rand(layer.weight.shape) for name, layer in given.layers.items()}),
        ("draws-from-its-generator-alone",),
        "it drew from a global random generator",
    ),
    Fault(
        "draws unseeded randomness",
        scorer(
            lambda given: {
                name: torch.from_numpy(np.random.default_rng().random(tuple(layer.weight.shape)))
                for name, layer in given.layers.items()
            }
        ),
        ("repeats-under-a-seed",),
        "two runs with one seed gave two results",
    ),
    Fault(
        "draws global randomness and hides it",
        scorer(hidden_draw),
        ("does-not-depend-on-global-state",),
        "the global generator's state changed the result",
    ),
    Fault(
        "remembers earlier calls",
        bench.Pruner(name="x", summary="A pruner.", build=counting),
        ("remembers-nothing",),
        "otherwise when it was called again",
    ),
    Fault(
        "takes small seeds only",
        scorer(seeded_small),
        ("takes-any-seed",),
        "it raised ValueError: Seed must be between",
    ),
    Fault("holds on to the model", scorer(hoarding), ("lets-the-model-go",), "still holds the model"),
    Fault(
        "answers for the output layer unasked",
        scorer(all_modules),
        ("answers-only-for-what-it-is-given",),
        "answered for other layers",
    ),
    Fault(
        "does not nest though it promises to", sparsifier(shuffled, nested=True), ("nests",), "are back at"
    ),
    Fault(
        "breaks on convolutions",
        only(lambda layer: layer.kind == "conv"),
        ("prunes-convolutions", "prunes-grouped-convolutions", "prunes-residual-networks"),
        "raised ValueError: cannot treat (5, 1, 3, 3)",
    ),
    Fault(
        "breaks on grouped convolutions",
        only(lambda layer: layer.groups > 1),
        ("prunes-grouped-convolutions",),
        "raised ValueError: cannot treat (9, 2, 3, 3)",
    ),
    Fault(
        "rounds shares to tenths",
        sparsifier(tenths),
        (
            "reaches-every-sparsity",
            "spreads-by-layer-too",
            "prunes-linear-layers",
            "prunes-convolutions",
            "prunes-grouped-convolutions",
            "prunes-shared-weights",
            "prunes-residual-networks",
            "prunes-a-single-layer",
            "prunes-double-precision",
            "prunes-under-a-parametrization",
            "prunes-ties-exactly",
            "prunes-zero-weights-exactly",
            "stays-pruned-in-fine-tuning",
        ),
        "has the wrong sparsity: it kept",
    ),
    Fault(
        "answers twice for a shared weight",
        scorer(twice),
        ("prunes-shared-weights",),
        "scores and layers differ in again",
    ),
    Fault(
        "takes two layers for granted",
        scorer(two_layers),
        ("prunes-a-single-layer",),
        "raised ValueError: not enough values to unpack",
    ),
    Fault(
        "breaks on double precision",
        only(lambda layer: layer.weight.dtype == torch.float64),
        ("prunes-double-precision",),
        "cannot treat",
    ),
    Fault(
        "breaks on parametrized weights",
        scorer(by_attribute),
        ("prunes-under-a-parametrization",),
        "KeyError",
    ),
    Fault(
        "breaks on ties",
        sparsifier(thresholded),
        ("prunes-ties-exactly", "prunes-zero-weights-exactly"),
        "wrong sparsity",
    ),
    Fault("divides by zero weights", scorer(dividing), ("prunes-zero-weights-exactly",), "hold NaN"),
    Fault(
        "takes NaN for zero",
        scorer(deaf),
        ("refuses-weights-that-are-not-numbers",),
        "ranked weights that are NaN",
    ),
    Fault(
        "returns values that explode",
        sparsifier(lambda given, keep: exact(given, keep, rescale=1e18)),
        ("stays-pruned-in-fine-tuning",),
        "fine-tuning from what it left failed",
    ),
)
SOUND = (
    scorer(magnitude),
    sparsifier(exact, nested=True),
    scorer(
        lambda given: {name: score.flatten(1).mean(1) for name, score in magnitude(given).items()},
        unit="unit",
    ),
)
