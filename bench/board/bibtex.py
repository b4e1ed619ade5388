"""BibTeX for what the board shows: prunebench itself, and the papers that components name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version

from bench.board.text import plain_text, slug

_ARXIV = re.compile(r"arXiv[ :]+(\d{4}\.\d{4,5})")
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_LONGEST = 600
_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"
}  # fmt: skip


def is_paper(cite: str) -> bool:
    """Whether a component's `cite` names something that was published in some year."""
    return bool(_YEAR.search(cite) or _ARXIV.search(cite))


def paper(key: str, cite: str) -> str:
    """The entry of a citation in words: the words as its note, and its number where it is on arXiv."""
    text = plain_text(cite, _LONGEST)
    fields = {"note": f"{{{escaped(text)}}}"}
    found = _ARXIV.search(text)
    if found:
        fields |= {"eprint": f"{{{found[1]}}}", "archiveprefix": "{arXiv}"}
    return _entry("misc", slug(key), fields)


def own() -> str:
    """The entry of prunebench, at the version that is installed."""
    title = "{prunebench: a plugin-based benchmark suite for neural-network pruning}"
    fields = {
        "author": "{{The prunebench authors}}",
        "title": title,
        "version": f"{{{version('prunebench')}}}",
    }
    return _entry("software", "prunebench", fields)


def cite_bib(papers: Mapping[str, str]) -> bytes:
    """A BibTeX file: prunebench, then the `papers` by key; equal papers give equal bytes."""
    return "\n".join([own(), *(paper(key, papers[key]) for key in sorted(papers))]).encode()


def escaped(text: str) -> str:
    """`text` as LaTeX that prints it literally."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {value}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])
