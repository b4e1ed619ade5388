"""A suite with figures: the board shows them, `bench claims` writes them; nothing is trained."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "leaderboard" / "records"
QUICK = """
schema = 1
name = "shown"
version = "1"
summary = "Has figures, and makes no claims."
grid = { task = "digits", model = "lenet-300-100", seed = 0, sparsity = 0.5 }
recipe.train.epochs = 1
recipe.finetune.epochs = 1
entry = [{ pruner = "magnitude" }]
"""
DIGITS = (ROOT / "suites" / "digits.toml").read_text(encoding="utf-8").partition("\n[[claim]]")[0]
FIGURES = """
[[figure]]
id = "error"
title = "Accuracy < error"
figure = "scatter"
params.col = ["model"]

[[figure]]
id = "missing"
title = "Curves that nobody measured"
figure = "curves"
"""
PLUGIN = """
from pathlib import Path

import bench


@bench.hookimpl
def bench_suites():
    yield bench.Suite.at(Path({path!r}), "With figures.")
"""
BROKEN = """
import bench


@bench.hookimpl
def bench_figures():
    yield bench.Figure(name="broken", summary="Breaks.", build=lambda params: lambda frame: frame["nowhere"])
"""


def test_the_board_shows_the_figures_of_a_suite_that_makes_no_claims(bench_cli, tmp_path):
    suite, plugin, out = tmp_path / "shown.toml", tmp_path / "shown.py", tmp_path / "site"
    suite.write_text(QUICK + FIGURES, encoding="utf-8")
    plugin.write_text(PLUGIN.format(path=str(suite)), encoding="utf-8")
    store = tmp_path / "store"
    assert bench_cli("run", suite, "--store", store, "--jobs", "1", "--device", "cpu")[0] == 0
    words = ("board", "build", "--store", store, "--plugin-file", plugin, "--out")
    assert bench_cli(*words, out)[0] == 0
    html = (out / "claims.html").read_text(encoding="utf-8")
    assert "Accuracy &lt; error" in html
    links = re.findall(r'(?:src|href)="(figures/[^"]*)"', html)
    assert set(links) == {"figures/claims/shown--error.svg", "figures/claims/shown--error.png"}
    assert all((out / link).is_file() for link in links)
    assert "Not drawn: error: figure 'curves': no record has 'mse_by_units'" in html.replace("&#39;", "'")
    assert bench_cli(*words, tmp_path / "bare", "--no-figures")[0] == 0
    assert "<img" not in (tmp_path / "bare" / "claims.html").read_text(encoding="utf-8")


def test_claims_draws_the_figures_into_a_folder_and_says_which_are_missing(bench_cli, tmp_path):
    suite = tmp_path / "digits.toml"
    suite.write_text(DIGITS + FIGURES, encoding="utf-8")
    code, _, error = bench_cli("claims", suite, "--store", PUBLISHED, "--figures", tmp_path / "drawn")
    assert code == 0
    assert {path.name for path in (tmp_path / "drawn").iterdir()} == {
        "digits--error.svg",
        "digits--error.png",
    }
    assert "figure missing is not drawn: figure 'curves': no record has 'mse_by_units'" in error
    assert "2 files of figures" in error


def test_a_suite_is_shown_with_its_figures(bench_cli, tmp_path):
    (tmp_path / "shown.toml").write_text(QUICK + FIGURES, encoding="utf-8")
    plugin = tmp_path / "shown.py"
    plugin.write_text(PLUGIN.format(path=str(tmp_path / "shown.toml")), encoding="utf-8")
    _, out, _ = bench_cli("show", "suite:shown", "--plugin-file", plugin)
    assert "  figure error: Accuracy < error" in out


def test_a_third_partys_figure_that_breaks_costs_itself_alone(bench_cli, tmp_path):
    suite, plugin = tmp_path / "digits.toml", tmp_path / "broken.py"
    plugin.write_text(BROKEN, encoding="utf-8")
    suite.write_text(DIGITS + FIGURES.replace('"curves"', '"broken"'), encoding="utf-8")
    words = ("claims", suite, "--store", PUBLISHED, "--plugin-file", plugin, "--figures", tmp_path / "drawn")
    code, _, error = bench_cli(*words)
    assert code == 0
    assert "figure missing is not drawn: figure 'broken': raised KeyError: 'nowhere'" in error
    assert (tmp_path / "drawn" / "digits--error.svg").is_file()
