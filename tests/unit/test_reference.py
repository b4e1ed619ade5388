"""The reference pages cannot drift: their tables are compared with the code that they describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bench.registry.catalog import Catalog
from bench.store.reading import read_records
from bench.suite.recipe import FinetuneRecipe, StageRecipe
from bench.suite.schedules import RETRAIN, SCHEDULES
from bench.suite.schema import JoinedFile, Ref, SuiteFile

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \| .+ \|$", re.MULTILINE)
METRIC = re.compile(r"^\| `([a-z0-9_]+)` \|", re.MULTILINE)


def types_in(annotation: object) -> Iterator[object]:
    yield annotation
    for inner in get_args(annotation):
        yield from types_in(inner)


def documented_keys() -> dict[str, tuple[str, str]]:
    rows = ROW.findall((DOCS / "suites.md").read_text(encoding="utf-8"))
    assert len({key for key, *_ in rows}) == len(rows)
    return {key: (kind, default) for key, kind, default in rows}


def model_of(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := model_of(inner))), None)


PREFIX = {Ref: "component.", StageRecipe: ""}  # how the page writes what stands in many places


def fields(model: type[BaseModel], prefix: str = "") -> dict[str, FieldInfo]:
    """All keys of a suite, as the page writes them."""
    found: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        found[key] = field
        inner = model_of(field.annotation)
        if inner is not None and inner is not FinetuneRecipe:  # it has the keys of StageRecipe
            found |= fields(inner, PREFIX.get(inner, f"{key}."))
    return found


def test_every_key_of_a_suite_is_documented_and_no_other() -> None:
    assert set(documented_keys()) == set(fields(SuiteFile)) | set(fields(JoinedFile))


def test_documented_defaults_are_the_defaults() -> None:
    shown = documented_keys()
    for key, field in fields(SuiteFile).items():
        default = shown[key][1]
        if field.is_required():
            assert default.startswith("required"), key
        elif isinstance(field.default, bool):
            assert default == f"`{str(field.default).lower()}`", key
        elif isinstance(field.default, int | float | str):
            assert default.partition(";")[0] in (f"`{field.default}`", f'`"{field.default}"`'), key


def test_fine_tuning_differs_where_the_page_says_so() -> None:
    shown = documented_keys()
    for name, field in FinetuneRecipe.model_fields.items():
        differs = field.default != StageRecipe.model_fields[name].default
        assert (f"fine-tuning `{field.default}`" in shown[name][1]) == differs, name


def test_documented_choices_are_the_choices() -> None:
    shown = documented_keys()
    for key, field in fields(SuiteFile).items():
        choices = [value for value in get_args(field.annotation) if isinstance(value, str)]
        if choices:
            assert re.findall(r'"([^"]+)"', shown[key][0]) == choices, key


def test_types_are_named_as_they_are() -> None:
    words = {"integer": int, "number": float, "string": str, "boolean": bool}
    shown = documented_keys()
    for key, field in fields(SuiteFile).items():
        for word, kind in words.items():
            if shown[key][0] == word:
                assert kind in set(types_in(field.annotation)), key


def test_every_parameter_of_a_schedule_is_documented_with_its_default() -> None:
    page = (DOCS / "schedules.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|", page, re.MULTILINE)
    declared = [(name, one.name, str(one.default)) for name, params in SCHEDULES.items() for one in params]
    assert sorted(rows) == sorted(declared)


def test_every_way_of_training_on_is_documented() -> None:
    page = (DOCS / "schedules.md").read_text(encoding="utf-8")
    [table] = re.findall(r"`retrain` is one of\n\n(.+?)\n\n", page, re.DOTALL)
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)[1:]) == RETRAIN[0].choices


@pytest.fixture
def metric_names() -> set[str]:
    return set(METRIC.findall((DOCS / "measures.md").read_text(encoding="utf-8")))


REGRESSION = """
import bench


def load(request):
    import torch

    x = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    split = bench.Split(x, x @ torch.ones(4, 2))
    return bench.TaskData(split, split, "regression", num_classes=2, in_channels=4, image_size=1)


def many(request):
    import torch

    x = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    split = bench.Split(x, torch.arange(64) % 21)
    return bench.TaskData(split, split, "classification", num_classes=21, in_channels=4, image_size=1)


@bench.hookimpl
def bench_tasks():
    yield bench.Task(name="toy-regression", summary="s", build=lambda _: load)
    yield bench.Task(name="toy-many", summary="s", build=lambda _: many)
"""


def test_every_metric_of_the_built_in_measures_is_defined_and_no_other(
    metric_names: set[str], catalog: Catalog, write_suite: Callable, bench_cli: Callable, tmp_path: Path
) -> None:
    measures = [offer.component for offer in catalog.of_kind("measure")]
    declared = {name for measure in measures for name in (*measure.metrics, *measure.curves)}
    plugin = tmp_path / "toys.py"
    plugin.write_text(REGRESSION, encoding="utf-8")
    suite = write_suite(('["digits"]', '["digits", "toy-regression", "toy-many"]'), ("[0.5, 0.9]", "[0.5]"))
    store = tmp_path / "store"
    code, _, error = bench_cli("run", suite, "--store", store, "--plugin-file", plugin, "--jobs", 1)
    assert code == 0, error
    seen = {name for record in read_records(store) for name in record.metrics}
    assert seen | declared == metric_names


def test_the_page_has_a_chapter_for_each_built_in_measure(catalog: Catalog, metric_names: set[str]) -> None:
    measures = [offer.component for offer in catalog.of_kind("measure")]
    chapters = re.findall(r"^## `(.+)`$", (DOCS / "measures.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(chapters) == [measure.name for measure in measures]
    assert {name for measure in measures for name in measure.metrics} <= metric_names


def test_the_page_of_claims_lists_each_built_in_figure_and_its_parameters(catalog: Catalog) -> None:
    text = (DOCS / "claims.md").read_text(encoding="utf-8")
    chapter = text.partition("## Figures")[2]
    figures = [offer.component for offer in catalog.of_kind("figure")]
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", chapter, re.MULTILINE)) == [one.name for one in figures]
    for figure in figures:
        assert [param.name for param in figure.params if f"`{param.name}`" not in chapter] == []


def test_the_page_of_claims_lists_each_built_in_analysis_and_its_parameters(catalog: Catalog) -> None:
    text = (DOCS / "claims.md").read_text(encoding="utf-8").partition("## The analyses")[2]
    text = text.partition("## Figures")[0]
    analyses = [offer.component for offer in catalog.of_kind("analysis")]
    rows = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert sorted(rows) == [analysis.name for analysis in analyses]
    for analysis in analyses:
        assert [param.name for param in analysis.params if f"`{param.name}" not in text] == []
