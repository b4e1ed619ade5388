from __future__ import annotations

import json

import pytest

PLUGIN = """
import bench

@bench.hookimpl
def bench_pruners():
    yield bench.Pruner(name="{name}", summary="Faulty.", build=lambda params: lambda given: {answer})
"""


@pytest.fixture
def plugin_file(tmp_path):
    def write(answer="{}", name="faulty", before=""):
        path = tmp_path / "faulty_file.py"
        path.write_text(before + PLUGIN.format(name=name, answer=answer))
        return path

    return write


def test_the_list_shows_each_plugin_with_its_state_and_what_it_offers(bench_cli):
    code, out, _ = bench_cli("plugins", "list", "--plugins", "builtin")
    assert code == 0
    [line] = [line for line in out.splitlines() if line.startswith("prunebench:magnitude ")]
    assert "loaded" in line
    assert line.endswith("pruners magnitude, lamp")


def test_the_list_gives_the_reason_of_a_quarantined_plugin(bench_cli, plugin_file):
    path = plugin_file(before="import nowhere\n")
    code, out, err = bench_cli("plugins", "list", "--plugin-file", path, "--json")
    assert code == 0
    [row] = [row for row in json.loads(out) if row["distribution"] == "plugin-file"]
    assert row["state"] == "quarantined"
    assert row["reason"] == "importing it raised ModuleNotFoundError: No module named 'nowhere'"
    assert row["offers"] == []
    assert "is quarantined" in err


def test_a_check_that_fails_gives_its_sentence_and_exit_1(bench_cli, plugin_file):
    code, out, _ = bench_cli("plugins", "check", "--plugins", "builtin", "--plugin-file", plugin_file())
    assert code == 1
    [line] = [line for line in out.splitlines() if "answers-for-every-layer" in line and "FAIL" in line]
    assert line.split() == ["FAIL", "answers-for-every-layer", "no", "answer", "for", "0,", "2,", "4"]
    assert "waits until 'answers-for-every-layer' holds" in out
    assert out.splitlines()[-1].split(",")[1] == " 1 failed"


def test_a_check_can_be_had_as_json(bench_cli):
    code, out, _ = bench_cli("plugins", "check", "prunebench:magnitude", "--json")
    rows = json.loads(out)
    assert code == 0
    assert {row["outcome"] for row in rows} == {"ok", "skip"}
    assert {(row["kind"], row["component"]) for row in rows} == {
        ("plugin", "magnitude"),
        ("pruner", "magnitude"),
        ("pruner", "lamp"),
    }
    assert all(row["detail"] for row in rows if row["outcome"] == "skip")


NEEDY = """
import bench

def build(params):
    from torch import nn

    return nn.Sequential(nn.Linear(params["in_channels"], params["width"]), nn.ReLU(),
                         nn.Linear(params["width"], params["num_classes"]))

@bench.hookimpl
def bench_models():
    yield bench.Model(name="needy.net", summary="A perceptron that must be told its width.", build=build,
                      params=(bench.Param("width", int, help="units"),))
"""


def test_a_parameter_without_a_default_is_given_on_the_command_line(bench_cli, tmp_path):
    plugin = tmp_path / "needy.py"
    plugin.write_text(NEEDY)
    code, out, _ = bench_cli("plugins", "check", "--plugin-file", plugin)
    assert (code, "the parameter 'width' has no default" in out) == (1, True)
    assert bench_cli("plugins", "check", "--plugin-file", plugin, "--param", "needy.net.width=7")[0] == 0


@pytest.mark.parametrize("word", ["width=7", "needy.width", ".width=7", "needy.=7"])
def test_a_parameter_that_names_no_component_is_the_users_error(bench_cli, word):
    code, _, err = bench_cli("plugins", "check", "prunebench", "--param", word)
    assert code == 2
    assert err.startswith(f"error: --param {word}: not COMPONENT.NAME=VALUE\nhint: ")


def test_an_unknown_distribution_gets_a_hint(bench_cli):
    code, out, err = bench_cli("plugins", "check", "prunebnch")
    assert (code, out) == (2, "")
    assert err.startswith("error: no plugin is installed from 'prunebnch'\nhint: did you mean 'prunebench'?")


def test_nothing_to_check_is_the_users_error(bench_cli):
    code, _, err = bench_cli("plugins", "check")
    assert code == 2
    assert "hint: name a distribution, or give --plugin-file FILE" in err


def test_a_new_package_is_written_once(bench_cli, tmp_path):
    code, out, err = bench_cli("plugins", "new", "taylor", "--out", tmp_path)
    assert code == 0
    assert out == f"wrote {tmp_path / 'bench-taylor'}\n"
    assert "bench plugins check bench-taylor" in err
    code, _, err = bench_cli("plugins", "new", "taylor", "--out", tmp_path)
    assert code == 2
    assert "there is something already" in err


@pytest.mark.parametrize("name", ["Taylor", "1st", "a--b", "a b", "../x", "lambda", "bench-taylor", "x" * 41])
def test_a_name_that_cannot_be_a_package_is_refused(bench_cli, tmp_path, name):
    code, _, err = bench_cli("plugins", "new", name, "--out", tmp_path)
    assert code == 2
    assert f"plugin name '{name}'" in err
    assert list(tmp_path.iterdir()) == []
