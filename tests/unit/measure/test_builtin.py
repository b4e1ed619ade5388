"""The measures as components: what they declare is what they return."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch import nn

from bench.measure.layers import means
from bench.registry.contracts import Split
from bench.suite.schema import SuiteFile
from bench_models.resnet import CifarResNet
from tests.unit.measure.trials import masked_at_random

ELSEWHERE = {
    *("input-ranking", "path-distribution", "teacher-match"),  # tests/plugins/test_student_teacher.py
    *("specialization", "specialization-removal"),  # tests/plugins/test_specialization_measures.py
    "merging",  # tests/plugins/test_merging_measure.py
    *(
        "distilled-student",
        "distilled-students",
        "distillation-identities",
        "distillation-probe",
        "random-ensembles",
    ),  # test_distill*.py
}
FUNCTIONS = (
    *("accuracy", "sparsity", "spectrum", "cost", "singular-values", "operator"),
    *("bytes", "dead-weights", "latency", "throughput", "unit-curve", "validation"),
    *("spectra", "alignment", "dead-rows", "bn-accuracy", "row-scaled-spectrum"),
    pytest.param(
        "shrunk", marks=pytest.mark.skipif(find_spec("torch_pruning") is None, reason="no torch-pruning")
    ),
)


def read(catalog, name, trial):
    measure = catalog.get("measure", name)
    quick = {"seconds": 0.0} if any(param.name == "seconds" for param in measure.params) else {}
    return measure, measure.make(quick)(trial)


def trial():
    torch.manual_seed(0)
    made = masked_at_random(CifarResNet(1, 10, 3), torch.ones(1, 3, 8, 8), 0.6)
    images, classes = torch.randn(4, 3, 8, 8), torch.arange(4)
    hidden = {name: layer for name, layer in made.layers.items() if not layer.is_output}
    return replace(
        made,
        data=replace(made.data, train=Split(images, classes)),
        batches=lambda _: [(images, classes)],
        scores={name: layer.weight.flatten(1).norm(dim=1) for name, layer in hidden.items()},
    )


def stable(measure, numbers):
    return {name: value for name, value in numbers.items() if name not in measure.volatile}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_measure_returns_exactly_the_metrics_it_declares(catalog, name):
    measure, measured = read(catalog, name, trial())
    assert sorted(measured.metrics) == sorted(measure.metrics)
    assert set(measured.curves) <= set(measure.curves)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_not_volatile_is_the_same_twice(catalog, name):
    measure, one = read(catalog, name, trial())
    _, other = read(catalog, name, trial())
    assert stable(measure, one.metrics) == stable(measure, other.metrics)
    assert one.per_layer == other.per_layer
    assert one.curves == other.curves


def test_every_measure_of_the_catalog_is_tested_here_or_is_a_trace(catalog):
    tested = {getattr(name, "values", [name])[0] for name in FUNCTIONS}
    offered = {offer.component.name for offer in catalog.of_kind("measure") if not offer.component.trace}
    assert offered == tested | ELSEWHERE


def test_the_documentation_defines_every_metric_of_every_measure_and_no_other(catalog):
    text = (Path(__file__).parents[3] / "docs" / "measures.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    defined = {name: sorted(re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)) for name, body in sections}
    assert defined == {
        offer.component.name: sorted((*offer.component.metrics, *offer.component.curves))
        for offer in catalog.of_kind("measure")
    }


def test_no_two_measures_share_a_metric(catalog):
    names = [name for offer in catalog.of_kind("measure") for name in offer.component.metrics]
    assert len(names) == len(set(names))


def test_the_default_measures_need_no_full_decomposition(catalog, monkeypatch):
    originals = {name: getattr(torch.linalg, name) for name in ("svd", "svdvals", "eigh", "eigvalsh")}

    def refusing_large_ones(name):
        def decompose(matrix, *args, **kwargs):
            assert min(matrix.shape) <= 64, "a full decomposition"
            return originals[name](matrix, *args, **kwargs)

        return decompose

    for name in originals:
        monkeypatch.setattr(torch.linalg, name, refusing_large_ones(name))
    torch.manual_seed(0)
    wide = masked_at_random(nn.Sequential(nn.Linear(300, 200)), torch.ones(1, 300), 0.5)
    for ref in SuiteFile.model_fields["measures"].default:
        read(catalog, ref.name, wide)
    with pytest.raises(AssertionError, match="full decomposition"):
        read(catalog, "singular-values", wide)


def test_means_leave_out_what_is_undefined():
    layers = {"a": {"x": 1.0, "y": None}, "b": {"x": None, "y": None}, "c": {"x": 2.0}}
    assert means(layers, ["x", "y"]) == {"x": 1.5, "y": None}
