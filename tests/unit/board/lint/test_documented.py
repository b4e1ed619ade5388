"""docs/lint.md names every role and every rule, and nothing else."""

import re
from pathlib import Path

from bench.board.lint.relations import RELATIONS
from bench.board.lint.roles import ROLES, guess

PAGE = (Path(__file__).parents[4] / "docs" / "lint.md").read_text(encoding="utf-8")


def _rows(heading):
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]


def _name(row):
    return row[0].strip().strip("`")


def test_every_role_is_documented_with_headers_that_name_it():
    rows = _rows("Columns")
    assert {_name(row) for row in rows} == set(ROLES)
    for row in rows:
        assert row[1].split(";")[0].strip() == ROLES[_name(row)].meaning.split(";")[0]
        for header in re.split(r",\s*", row[2].strip()):
            assert guess(header) == _name(row), header


def test_every_rule_is_documented():
    assert {_name(row) for row in _rows("Rules")} == {one.rule for one in RELATIONS} | {"range", "rank"}
