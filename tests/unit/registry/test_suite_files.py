"""Folders of suite files as components."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.registry.suite_files import suites_in


def test_every_toml_file_is_a_suite_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('summary = "Second."', encoding="utf-8")
    (tmp_path / "a.toml").write_text('summary = "First."', encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a suite", encoding="utf-8")
    assert [(suite.name, suite.summary) for suite in suites_in(tmp_path)] == [
        ("a", "First."),
        ("b", "Second."),
    ]


@pytest.mark.parametrize("text", ["", 'summary = ""', "summary = 3"])
def test_a_file_without_a_summary_is_listed_all_the_same(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    assert [suite.summary for suite in suites_in(tmp_path)] == ["no summary"]


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("= 3", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.toml"):
        suites_in(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder of suites"):
        suites_in(tmp_path / "nowhere")
