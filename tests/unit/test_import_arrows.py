"""Imports run one way: from the command line down to the errors, and plugins see `bench` alone.

Every import counts: inside functions and under TYPE_CHECKING too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench

ROOT = Path(bench.__file__).parents[1]
BELOW = {
    "errors": "",
    "registry": "errors",
    "suite": "registry",
    "plan": "suite",
    "store": "plan",
    "linalg": "store plan",
    "data": "store plan",
    "structure": "registry",
    "measure": "linalg store plan structure",
    "engine": "measure data",
    "analysis": "engine",
    "board": "analysis",
    "runner": "analysis",
    "api": "board runner",
    "cli": "board runner testing api",
    "testing": "board runner",  # the kit holds plugins to the harness's own code; its docstring says so
}
OFFERED = (
    "analysis",
    "data",
    "linalg",
    "measure",
    "structure",
    "testing",
)  # rooms that `bench` hands to plugin authors


def allowed(room: str) -> set[str]:
    """`room` itself, and every room below it."""
    rooms = {room}
    for below in BELOW[room].split():
        rooms |= allowed(below)
    return rooms


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that `source` imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def wrong_in_room(room: str, source: str) -> list[str]:
    """What a file of `bench/ROOM` imports of bench that is not below it."""
    below = allowed(room)
    found = []
    for line, name in imports(source):
        first, *rest = name.split(".")
        if not first or first.startswith("bench_") or (first == "bench" and not {*rest[:1]} & below):
            found.append(f"line {line}: {name}")
    return found


def wrong_in_plugin(package: str, source: str) -> list[str]:
    """What a plugin imports of bench that `bench/__init__.py` does not export."""
    found = []
    for line, name in imports(source):
        first, *rest = name.split(".")
        deep = len(rest) > 1 and not (len(rest) == 2 and rest[0] in OFFERED)
        if first == "bench" and (deep or (rest and rest[0] not in bench.__all__)):
            found.append(f"line {line}: {name}")
        if not first or (first.startswith("bench_") and first != package):
            found.append(f"line {line}: {name}")
    return found


def room_files() -> list[Path]:
    return [path for path in sorted((ROOT / "bench").rglob("*.py")) if path.name != "__main__.py"]


def plugin_files() -> list[Path]:
    return sorted((ROOT / "plugins").rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [p for p in room_files() if p != Path(bench.__file__)], ids=shown)
def test_a_room_imports_only_what_is_below_it(path: Path) -> None:
    room = path.relative_to(ROOT / "bench").parts[0].removesuffix(".py")
    assert wrong_in_room(room, path.read_text(encoding="utf-8")) == []


def test_the_package_itself_hands_on_the_registry_and_imports_the_rest_late() -> None:
    tree = ast.parse(Path(bench.__file__).read_text(encoding="utf-8"))
    at_once = "\n".join(
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert wrong_in_room("registry", at_once) == []


@pytest.mark.parametrize("path", plugin_files(), ids=shown)
def test_a_plugin_imports_only_what_bench_exports(path: Path) -> None:
    package = path.relative_to(ROOT / "plugins").parts[0]
    assert wrong_in_plugin(package, path.read_text(encoding="utf-8")) == []


def test_the_kit_says_why_it_imports_more_than_plugins_may() -> None:
    kit = ROOT / "bench" / "testing" / "__init__.py"
    assert "bench.engine" in (ast.get_docstring(ast.parse(kit.read_text(encoding="utf-8"))) or "")


def test_every_room_has_its_place() -> None:
    assert {path.relative_to(ROOT / "bench").parts[0].removesuffix(".py") for path in room_files()} <= {
        *BELOW,
        "__init__",
    }


@pytest.mark.parametrize(
    ("room", "source", "wrong"),
    [
        ("plan", "from bench.store.layout import Layout", "line 1: bench.store.layout.Layout"),
        ("board", "import bench.runner.run", "line 1: bench.runner.run"),
        ("runner", "def f():\n    from bench.board import frame", "line 2: bench.board.frame"),
        ("board", "if TYPE_CHECKING:\n    from bench.engine import trial", None),
        ("registry", "if TYPE_CHECKING:\n    from bench.suite import load", "line 2: bench.suite.load"),
        ("linalg", "from bench.measure import cost", "line 1: bench.measure.cost"),
        ("engine", "from bench import api", "line 1: bench.api"),
        ("engine", "import bench", "line 1: bench"),
        ("engine", "from . import trial", "line 1: ..trial"),
        ("engine", "import bench_magnitude", "line 1: bench_magnitude"),
        ("store", "from bench.plan.spec import Spec", None),
        ("engine", "from bench.store.store import Store", None),
        ("api", "def f():\n    from bench.board.frame import tidy", None),
        ("errors", "import torch\nimport benchmark", None),
    ],
)
def test_the_check_sees_an_import_against_the_arrows(room: str, source: str, wrong: str | None) -> None:
    assert wrong_in_room(room, source) == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("import bench", None),
        ("from bench import Pruner, linalg", None),
        ("from bench.linalg import spectral_norm", None),
        ("from bench_acme.masks import mask", None),
        ("import torch", None),
        ("from bench.linalg.topk import topk_masks", "line 1: bench.linalg.topk.topk_masks"),
        ("from bench.registry.components import Pruner", "line 1: bench.registry.components.Pruner"),
        ("def f():\n    from bench import engine", "line 2: bench.engine"),
        ("import bench.engine", "line 1: bench.engine"),
        ("from bench_magnitude import x", "line 1: bench_magnitude.x"),
        ("from .masks import mask", "line 1: .masks.mask"),
    ],
)
def test_the_check_sees_what_a_plugin_should_not_import(source: str, wrong: str | None) -> None:
    assert wrong_in_plugin("bench_acme", source) == ([wrong] if wrong else [])
