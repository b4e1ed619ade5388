from __future__ import annotations

import re
from pathlib import Path

from bench.cli import invoke
from tests.plugins.conformance_docs import PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_kit_and_its_tests():
    assert page(TEXT) == TEXT, "run `python -m tests.plugins.conformance_docs`"


def test_the_test_in_the_page_is_the_one_that_a_new_package_gets(tmp_path):
    assert invoke(["plugins", "new", "acme", "--out", str(tmp_path)]) == 0
    written = (tmp_path / "bench-acme" / "tests" / "test_conformance.py").read_text()
    [block] = [
        block
        for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
        if "conformance_checks" in block
    ]
    assert block.strip() in written


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (Path(PAGE).parent / target).exists(), target
