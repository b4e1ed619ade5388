"""A hook without a page, an example or a test does not get in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bench.registry import hookspecs

ROOT = Path(__file__).parents[3]
HOOKS = (*hookspecs.REGISTRY_HOOKS, *hookspecs.OBSERVER_HOOKS)


def specified(source: str) -> list[str]:
    """The functions that are marked as hook specifications."""
    tree = ast.parse(source)
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "_spec" for d in node.decorator_list)
    ]


def page_of(hook: str) -> Path | None:
    """The page under docs/plugins whose title names the hook."""
    for page in (ROOT / "docs" / "plugins").glob("*.md"):
        title = page.read_text(encoding="utf-8").partition("\n")[0]
        if f"`{hook}`" in title:
            return page
    return None


def test_the_lists_of_hooks_are_those_that_are_specified() -> None:
    assert sorted(HOOKS) == sorted(specified(Path(hookspecs.__file__).read_text(encoding="utf-8")))


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_has_a_page_with_an_example(hook: str) -> None:
    page = page_of(hook)
    assert page is not None, f"no page of docs/plugins has `{hook}` in its title"
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert any(re.search(rf"^@bench\.hookimpl\ndef {hook}\(", block, re.MULTILINE) for block in blocks)


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_in_the_table_of_the_index(hook: str) -> None:
    assert f"| `{hook}`" in (index := (ROOT / "docs/plugins/index.md").read_text(encoding="utf-8")) or (
        f", `{hook}` |" in index
    )


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_named_by_a_test(hook: str) -> None:
    others = (path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    assert any(hook in path.read_text(encoding="utf-8") for path in others)


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_what_it_is_for(hook: str) -> None:
    assert (getattr(hookspecs, hook).__doc__ or "").strip()


def test_a_hook_without_a_page_would_be_found() -> None:
    assert page_of("bench_schedulers") is None
    assert specified("@_spec\ndef bench_schedulers(): ...\ndef helper(): ...\n") == ["bench_schedulers"]
