"""A single file as a plugin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from bench.cli import invoke
from bench.errors import UserError
from bench.registry.discover import from_file
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection


@pytest.fixture
def plugin_file(tmp_path: Path, pruner_source: Callable[[str], str]) -> Path:
    path = tmp_path / "my_pruner.py"
    path.write_text(dedent(pruner_source("mine")), encoding="utf-8")
    return path


def test_a_file_offers_its_pruner(plugin_file: Path, capsys) -> None:
    assert invoke(["show", "mine", "--plugin-file", str(plugin_file)]) == 0
    shown = capsys.readouterr()
    assert "pruner mine: Does nothing of note." in shown.out
    assert shown.err == ""


def test_the_version_of_a_file_changes_with_its_source(plugin_file: Path) -> None:
    first = from_file(plugin_file).origin
    plugin_file.write_text(plugin_file.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    second = from_file(plugin_file).origin
    assert (first.distribution, first.entry) == ("plugin-file", "my_pruner")
    assert first.version != second.version


def test_an_edited_file_is_loaded_anew(plugin_file: Path) -> None:
    load_plugins(Selection(files=(plugin_file,)), pytest.fail)
    text = plugin_file.read_text(encoding="utf-8")
    plugin_file.write_text(text.replace('"mine"', '"other"'), encoding="utf-8")
    catalog = load_plugins(Selection(files=(plugin_file,)), pytest.fail)
    assert catalog.get("pruner", "other")


def test_a_file_given_twice_counts_once(plugin_file: Path) -> None:
    catalog = load_plugins(Selection(files=(plugin_file, plugin_file)), pytest.fail)
    assert catalog.get("pruner", "mine")


def test_two_files_of_one_name_are_told_to_part(plugin_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "my_pruner.py"
    other.parent.mkdir()
    other.write_text(plugin_file.read_text(encoding="utf-8") + "# other\n", encoding="utf-8")
    lines: list[str] = []
    load_plugins(Selection(files=(plugin_file, other)), lines.append)
    version = from_file(other).origin.version
    assert lines == [
        (
            f"plugin 'my_pruner' of plugin-file {version} is quarantined: another plugin has the same name; "
            "rename one"
        )
    ]


def test_a_broken_file_is_quarantined_and_the_rest_works(tmp_path: Path, capsys) -> None:
    path = tmp_path / "broken.py"
    path.write_text("1 / 0", encoding="utf-8")
    assert invoke(["list", "pruners", "--plugin-file", str(path)]) == 0
    shown = capsys.readouterr()
    assert "magnitude" in shown.out
    assert "is quarantined: importing it raised ZeroDivisionError: division by zero" in shown.err


@pytest.mark.parametrize(
    ("name", "words"), [("plugin.txt", "not a Python file"), ("gone.py", "cannot read the plugin file")]
)
def test_what_is_no_plugin_file_is_the_users_error(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "plugin.txt").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=words):
        load_plugins(Selection(files=(tmp_path / name,)), pytest.fail)


def test_none_still_takes_files(plugin_file: Path) -> None:
    catalog = load_plugins(Selection(which="none", files=(plugin_file,)), pytest.fail)
    assert [offer.component.name for offer in catalog.offers.values()] == ["mine"]
