"""No network of the built-ins, or of a built-in suite, has weights that no training can move."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bench.engine.prunable import prunable_layers
from bench.errors import UserError
from bench.measure.dead_weights import positive, untouched
from bench.registry.contracts import DataRequest
from bench.suite.load import load_suite
from bench.suite.products import complete_all
from tests.unit.measure.trials import trial_of

SUITES = sorted((Path(__file__).parents[3] / "suites").glob("*.toml"))
DOWNLOADED = {"mnist": (1, 28), "fashion-mnist": (1, 28), "cifar10": (3, 32), "cifar100": (3, 32)}
SIZES = ((1, 8), (1, 28), (3, 32))


def build(catalog, model, image, /, **params):
    shape = {"num_classes": 10, "in_channels": image[0], "image_size": image[1]}
    torch.manual_seed(0)
    return catalog.get("model", model).make({**params, **shape}).eval()


FITTED = {
    "timm": {"name": "resnet18", "stem": "cifar"},
    "conv4": {"padding": 1},
    "cifar-resnet": {
        "blocks": [1, 1, 1],
        "widths": [16, 32, 64],
    },  # a fourth stage is for images of 16 or more
}


def dead(model, image):
    """How many prunable weights are dead, as the measure `dead-weights` finds them; frozen ones are meant."""
    found = prunable_layers(model, include_output=True)
    layers = {name: layer for name, layer in found.items() if model.get_submodule(name).weight.requires_grad}
    channels, size = image
    shape = (channels, size, size) if size > 1 else (channels,)
    marks = untouched(positive(model), layers, torch.rand(1, *shape))
    return sum(int(mark.sum()) for mark in marks.values())


def image_of(catalog, task, root):
    """Channels and size of what a task shows to a network: as it loads, or as it is known to be."""
    try:
        data = catalog.get("task", task.name).make(task.params)(DataRequest(root, download=False, seed=0))
    except UserError:
        return DOWNLOADED[task.params.get("of", task.name)]
    return data.in_channels, data.image_size


@pytest.mark.parametrize("image", SIZES, ids=str)
def test_no_builtin_network_has_a_dead_weight_at_any_size_of_the_suites(catalog, image):
    for offer in catalog.of_kind("model"):
        name = offer.component.name
        params = FITTED.get(name, {})
        assert dead(build(catalog, name, image, **params), image) == 0, name


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_no_network_of_a_builtin_suite_has_a_dead_weight_on_its_task(catalog, path, tmp_path):
    for suite in load_suite(path, catalog).members:
        for grid in suite.file.grids:
            models = complete_all("model", grid.model, catalog, suite.where)
            for task in complete_all("task", grid.task, catalog, suite.where):
                image = image_of(catalog, task, tmp_path)
                for model in models:
                    assert dead(build(catalog, model.name, image, **model.params), image) == 0, model


def test_timms_resnet18_with_its_own_stem_is_caught_at_32_by_32(catalog):
    model = build(catalog, "timm", (3, 32), name="resnet18")
    total = sum(layer.weight.numel() for layer in prunable_layers(model, include_output=True).values())
    assert dead(model, (3, 32)) / total == pytest.approx(0.62, abs=0.005)
    measure = catalog.get("measure", "dead-weights").make({"batch_size": 2})
    assert measure(trial_of(model, torch.ones(1, 3, 32, 32))).metrics["dead_weights"] == pytest.approx(
        0.62, abs=0.005
    )
