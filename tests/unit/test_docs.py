"""Every example of the documentation is run as it stands: what is written is what works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.board.frame import tidy
from bench.cli.group import VERBS
from bench.registry.catalog import Catalog
from bench.registry.components import Component
from bench.registry.contracts import Analysed
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.store.reading import read_records

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^```(python|toml)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_RECORDS = ("analysis", "figure", "suite", "executor")  # no part of any spec
SHAPE = {"num_classes": 10, "in_channels": 1, "image_size": 8}


@dataclass(frozen=True)
class Example:
    """A plugin of one file, and the suite that tries it."""

    page: str
    files: dict[str, str]

    @property
    def plugin(self) -> str:
        return next(name for name in self.files if name.endswith(".py"))

    @property
    def suite(self) -> str:
        return next(name for name in self.files if name.endswith(".toml"))

    def __str__(self) -> str:
        return f"{self.page}-{self.plugin}"


def examples() -> Iterator[Example]:
    for page in PAGES:
        blocks = [(name, f"# {name}\n{text}") for _, name, text in BLOCK.findall(page.read_text("utf-8"))]
        for (name, source), (suite, text) in zip(blocks[::2], blocks[1::2], strict=True):
            yield Example(page.stem, {name: source, suite: text})


EXAMPLES = list(examples())


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Example], Path]:
    """Writes an example into an empty folder, and goes there; gives the plugin's path."""

    def write(example: Example) -> Path:
        for name, text in example.files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path / example.plugin

    return write


def loaded(path: Path) -> tuple[Catalog, list[Component]]:
    catalog = load_plugins(Selection(which="builtin", files=(path,)), pytest.fail)
    offers = [o.component for o in catalog.offers.values() if o.origin.distribution == "plugin-file"]
    return catalog, offers


def test_each_page_about_a_hook_has_an_example() -> None:
    pages = {page.stem for page in PAGES if page.parent.name == "plugins"}
    assert pages - {"conformance"} == {example.page for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_offered_and_builds_with_its_defaults(example: Example, written: Callable) -> None:
    catalog, components = loaded(written(example))
    observes = "bench_trial_finished" in example.files[example.plugin]
    assert components or observes
    for component in components:
        assert catalog.get(component.kind, component.name) is component
        required = {param.name: "magnitude" for param in component.params if param.required}
        shape = SHAPE if component.kind == "model" else {}
        assert component.make({**required, **shape}) is not None


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_suite_of_an_example_runs_and_uses_it(
    example: Example, written: Callable, bench_cli: Callable
) -> None:
    plugin = written(example)
    _, components = loaded(plugin)
    suite = Path(example.suite).stem if "suites/" in example.suite else example.suite
    quick = ["--set", "train.epochs=1", "--set", "finetune.epochs=1", "--jobs", "1", "--device", "cpu"]
    code, out, error = bench_cli("run", suite, "--plugin-file", plugin, "--store", "store", "--json", *quick)
    assert (code, json.loads(out)["trials"]["failed"]) == (0, 0), error
    assert "warning" not in error
    records = list(read_records(Path("store")))
    assert {record.status for record in records} == {"ok"}
    used = {
        (key.partition(":")[0].replace("penalty", "objective"), ref.name)
        for record in records
        for key, ref in record.components.items()
        if ref.distribution == "plugin-file"
    }
    assert used == {(c.kind, c.name) for c in components if c.kind not in OF_RECORDS}


def test_the_analysis_of_the_example_reads_the_records_of_its_suite(
    written: Callable, bench_cli: Callable
) -> None:
    [example] = [example for example in EXAMPLES if example.page == "analyses"]
    plugin = written(example)
    _, [analysis] = loaded(plugin)
    lead = analysis.make({"one": "magnitude", "other": "random"})
    quick = ["--set", "train.epochs=1", "--jobs", "1", "--plugin-file", plugin, "--store", "store"]
    assert bench_cli("run", example.suite, *quick)[0] == 0
    frame = tidy(read_records(Path("store")))
    found = lead(frame)
    assert isinstance(found, Analysed)
    by_pruner = frame.groupby("spec.pruner")["metrics.accuracy"].mean()
    assert found.value == pytest.approx(by_pruner["magnitude"] - by_pruner["random"])
    assert found.details == {"pairs": 2}
    assert lead(frame[frame["spec.pruner"] == "magnitude"]).value is None


def test_the_observer_of_the_example_saw_every_trial(written: Callable, bench_cli: Callable) -> None:
    [example] = [example for example in EXAMPLES if example.page == "observers"]
    plugin = written(example)
    quick = ["--set", "train.epochs=1", "--jobs", "1", "--plugin-file", plugin, "--store", "store"]
    assert bench_cli("run", example.suite, *quick)[0] == 0
    words = [line.split()[:2] for line in Path("tally.log").read_text(encoding="utf-8").splitlines()]
    ids = {record.trial_id for record in read_records(Path("store"))}
    assert len(ids) == 2
    assert sorted(words) == sorted([state, trial] for trial in ids for state in ("started", "ok"))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_verbs_of_the_command_line(page: Path) -> None:
    for verb in re.findall(r"^bench (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert verb in VERBS
