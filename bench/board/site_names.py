"""The names of the board's files."""

from __future__ import annotations

from bench.board.text import slug
from bench.plan.canonical import content_hash

OVERVIEW = "index.html"
SUITES = "suites"
RECORDS = "records"


def suite_page(suite: str, version: str) -> str:
    """The path of a suite's page; no two suites or versions have the same.

    `suites/NAME.VERSION.html`, where both are plain lower-case words; else a hash sets it apart.
    """
    parts = [slug(suite), slug(version)]
    if parts != [suite, version]:
        parts.append(content_hash({"suite": suite, "version": version})[:8])
    return f"{SUITES}/{'.'.join(parts)}.html"


def records_file(entry: str) -> str:
    """The path of the file that holds the records of one contestant."""
    return f"{RECORDS}/{slug(entry[:16])}.json"
