"""Writes a new plugin package from the templates beside this file."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from bench.errors import UserError
from bench.registry.components import PLURALS

_TEMPLATES = Path(__file__).parent / "template"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIXES = ("bench-", "bench_", "prunebench-", "prunebench_")


def write_plugin(name: str, kind: str, out: Path) -> Path:
    """Write the package `bench-NAME` with one component of `kind` into `out`, and return its folder.

    Raises:
        UserError: for a name that cannot be a package's, a folder that exists, or one that cannot be
            written.
    """
    _check_name(name)
    folder = out / f"bench-{name}"
    if folder.exists():
        raise UserError(f"{folder}: there is something already", "choose another name, or another --out")
    try:
        for relative, text in _files(name, kind):
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}", "choose another --out") from None
    return folder


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > 40:
        raise UserError(
            f"plugin name '{name}': lower case, digits, and single '-' between; at most 40",
            "such as: taylor, low-rank, top2",
        )
    if name.startswith(_PREFIXES):
        bare = name.partition("-")[2]
        raise UserError(f"plugin name '{name}': 'bench-' is put before it", f"try '{bare}'")
    if keyword.iskeyword(name):
        raise UserError(f"plugin name '{name}' is a word of Python", "choose another name")


def _files(name: str, kind: str) -> Iterator[tuple[str, str]]:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and TOML, never HTML
    )
    package = f"bench_{name.replace('-', '_')}"
    words = {"name": name, "kind": kind, "kinds": PLURALS[kind], "package": package, "dist": f"bench-{name}"}
    for template, target in (
        ("pyproject.toml.j2", "pyproject.toml"),
        ("README.md.j2", "README.md"),
        (f"{kind}.py.j2", f"src/{package}/__init__.py"),
        ("test_conformance.py.j2", "tests/test_conformance.py"),
    ):
        yield target, templates.get_template(template).render(words)
