"""Building the board, and the command that does."""

import json
import os
import re
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bench.board.build import build_board
from bench.board.figures import figure_names, write_figures
from bench.board.frame import tidy
from bench.board.site_files import TEMPLATE, site_folder
from bench.board.standings import standings
from bench.cli.board import command
from bench.errors import UserError
from bench.store.store import Store


@pytest.fixture
def store(tmp_path, records):
    opened = Store.open(tmp_path / "store")
    for one in records:
        opened.write(one)
    return tmp_path / "store"


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".png"
    }


def test_the_folder_holds_the_page_and_its_downloads(store, tmp_path):
    built = build_board(store, tmp_path / "site", figures=False)
    names = {"index.html", "standings.csv", "records.jsonl", "leaderboard.json", "LEADERBOARD.md", "cite.bib"}
    files = _files(tmp_path / "site")
    assert set(built.files) == set(files)
    assert {name for name in files if not name.startswith("records/")} == names | {
        "suites/cifar10-pruning.1.html"
    }
    assert (built.records, built.suites) == (60, ("cifar10-pruning 1",))


def test_every_relative_link_leads_to_a_file(store, tmp_path):
    built = build_board(store, tmp_path / "site")
    for page in [built.page, *(built.out / "suites").iterdir()]:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r'href="([^"#:]+)["#]', text) + re.findall(r'"(figures/[^"]+)"', text)
        figures = [link for link in links if link.startswith("figures/")]
        assert len(figures) == (0 if page == built.page else 6)
        assert all((page.parent / link).is_file() for link in links if link not in figures)
        assert all((built.out / link).is_file() for link in figures)
    assert all((built.out / name).is_file() for name in built.files)


def test_each_entry_has_a_file_of_its_records(store, records, tmp_path):
    built = build_board(store, tmp_path / "site", figures=False)
    files = sorted((built.out / "records").iterdir())
    found = [record for path in files for record in json.loads(path.read_text(encoding="utf-8"))]
    assert len(files) == 4
    assert sorted(one["trial_id"] for one in found) == sorted(one.trial_id for one in records)
    assert all(
        len({json.dumps(one["spec"]["params"]) for one in json.loads(path.read_text())}) == 1
        for path in files
    )


def test_building_twice_gives_equal_bytes(store, tmp_path):
    build_board(store, tmp_path / "one")
    build_board(store, tmp_path / "two")
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_files_can_be_read_by_a_web_server(store, tmp_path):
    if os.name != "posix":
        pytest.skip("modes are POSIX's")
    built = build_board(store, tmp_path / "site", figures=False)
    assert all(stat.S_IMODE((built.out / name).stat().st_mode) == 0o644 for name in built.files)


def test_only_the_named_suite_is_shown(store, tmp_path, make):
    opened = Store.open(store)
    for one in make(seeds=(0,), suite="other"):
        opened.write(one)
    assert build_board(store, tmp_path / "all", figures=False).suites == ("cifar10-pruning 1", "other 1")
    assert build_board(store, tmp_path / "one", "other", figures=False).suites == ("other 1",)


def test_an_unknown_suite_is_the_users_error(store, tmp_path):
    with pytest.raises(UserError, match="no records of the suite 'nowhere'"):
        build_board(store, tmp_path / "site", "nowhere")
    assert not (tmp_path / "site").exists()


def test_a_folder_that_cannot_be_written_is_the_users_error(store, tmp_path):
    (tmp_path / "site").write_text("a file")
    with pytest.raises(UserError, match="cannot write the board"):
        build_board(store, tmp_path / "site", figures=False)


def test_figures_hold_no_mathematics_of_strangers(records, change, tmp_path):
    hostile = [change(one, {"spec/pruner": r"$\frac{$_<b>日本"}) for one in records[:15]]
    cell = standings(tidy(hostile))[0]
    write_figures(cell, tmp_path)
    svg = (tmp_path / figure_names(cell)[0]).read_bytes()
    assert svg.startswith(b"<?xml")
    assert b"<dc:date>" not in svg


def test_a_figure_tells_few_entries_apart_and_of_many_those_on_the_front(records, change, tmp_path):
    many = [change(one, {"spec/pruner": f"pruner-{number}"}) for number in range(3) for one in records[:45]]
    for cell, labels in [(standings(tidy(records))[0], 4), (standings(tidy(many))[0], None)]:
        write_figures(cell, tmp_path)
        svg = (tmp_path / figure_names(cell)[0]).read_text(encoding="utf-8")
        named = [one.label for one in cell.standings if f"<!-- {one.label} -->" in svg]
        leading = [
            one.label for row, one in enumerate(cell.standings) if row in {row for row, _ in cell.front}
        ]
        assert named == ([one.label for one in cell.standings] if labels else leading)
        assert ("others -->" in svg) == (labels is None)


def test_figures_of_cells_without_spectral_errors_are_drawn(records, change, tmp_path):
    cell = standings(tidy([change(one, {"metrics/spectral_error": None}) for one in records[:15]]))[0]
    write_figures(cell, tmp_path)
    assert all((tmp_path / name).stat().st_size > 0 for name in figure_names(cell))


def test_the_command_prints_the_pages_path(store, tmp_path):
    out = tmp_path / "site"
    result = CliRunner().invoke(command, ["build", "--store", str(store), "--out", str(out), "--no-figures"])
    assert result.exit_code == 0
    assert result.stdout == f"{out / 'index.html'}\n"
    assert "60 records" in result.stderr


def test_the_command_tells_programs_in_json(store, tmp_path):
    out = tmp_path / "site"
    words = ["build", "--store", str(store), "--out", str(out), "--no-figures", "--json"]
    summary = json.loads(CliRunner().invoke(command, words).stdout)
    assert (summary["out"], summary["records"]) == (str(out), 60)
    assert all((out / name).is_file() for name in summary["files"])


def test_the_store_is_taken_from_the_environment(store, tmp_path):
    out = tmp_path / "site"
    words = ["build", "--out", str(out), "--no-figures"]
    result = CliRunner().invoke(command, words, env={"BENCH_STORE": str(store)})
    assert result.exit_code == 0
    assert (out / "index.html").is_file()


def test_a_missing_store_is_the_users_error(tmp_path):
    result = CliRunner().invoke(command, ["build", "--store", str(tmp_path / "none"), "--out", str(tmp_path)])
    assert isinstance(result.exception, UserError)
    assert "no such store" in result.exception.message


def test_an_empty_store_makes_a_page_that_says_so(tmp_path):
    Store.open(tmp_path / "store")
    words = ["build", "--store", str(tmp_path / "store"), "--out", str(tmp_path / "site")]
    result = CliRunner().invoke(command, words)
    assert result.exit_code == 0
    assert "no records yet" in result.stderr
    assert "No records yet" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_a_store_of_failures_alone_has_no_records(tmp_path, records, change):
    Store.open(tmp_path / "store").write(change(records[0], {"status": "failed", "metrics": {}}))
    assert build_board(tmp_path / "store", tmp_path / "site", figures=False).records == 0


def test_an_installed_package_brings_its_own_template(tmp_path):
    package = tmp_path / "bench"
    for folder in (package / "_site", tmp_path / "leaderboard" / "site"):
        folder.mkdir(parents=True)
        (folder / TEMPLATE).touch()
    assert site_folder(package) == package / "_site"
    (package / "_site" / TEMPLATE).unlink()
    assert site_folder(package) == tmp_path / "leaderboard" / "site"
    (tmp_path / "leaderboard" / "site" / TEMPLATE).unlink()
    with pytest.raises(UserError, match="template is missing"):
        site_folder(package)


def test_the_commands_module_is_light():
    probe = (
        "import sys, bench.cli.board;"
        "heavy = {'torch', 'pandas', 'seaborn', 'matplotlib', 'scipy', 'jinja2'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
