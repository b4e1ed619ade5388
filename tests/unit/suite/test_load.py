from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UserError
from bench.plan.trials import plan_trials
from bench.suite.load import load_suite
from bench.suite.settings import parse_settings


def test_a_suite_is_found_by_name_and_by_path(catalog, write_suite):
    assert load_suite("digits", catalog).file.name == "digits"
    assert load_suite(write_suite(), catalog).file.name == "tiny"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('pruner = "random"', 'prunner = "random"', "[[entry]] 2: unknown key 'prunner'"),
        ("epochs = 1", "epoch = 1", "recipe.train: unknown key 'epoch'"),
        ("[grid]", "[gird]", "unknown key 'gird'"),
        ("seed = [0]", 'seed = ["a"]', "grid.seed[1]"),
        ("sparsity = [0.5, 0.9]", "sparsity = [0.5, 1.5]", "grid.sparsity[2]"),
        ("seed = [0]", "seed = [0, 0]", "names a value twice"),
        ('version = "1"', "version = 1", "version"),
        ("schema = 1", "schema = 2", "has schema 2, this prunebench reads up to 1"),
        ("epochs = 1", "epochs = nan", "recipe.train.epochs"),
        ('name = "tiny"', 'name = "../tiny"', "name"),
    ],
)
def test_a_fault_names_file_and_key_path(catalog, write_suite, old, new, said):
    path = write_suite((old, new))
    with pytest.raises(UserError) as caught:
        load_suite(path, catalog)
    assert str(path) in caught.value.message
    assert said in caught.value.message


def test_an_unknown_key_is_met_with_the_nearest_known_one(catalog, write_suite):
    with pytest.raises(UserError) as caught:
        load_suite(write_suite(('pruner = "random"', 'prunner = "random"')), catalog)
    assert "did you mean 'pruner'?" in caught.value.hint


def test_an_unknown_suite_is_met_with_the_nearest_known_one(catalog):
    with pytest.raises(UserError, match="unknown suite 'digist'") as caught:
        load_suite("digist", catalog)
    assert "did you mean 'digits'?" in caught.value.hint


JOINED = 'schema = 1\nname = "both"\nversion = "1"\nsummary = "Two."\ninclude = {}\n'


def test_suites_that_are_joined_keep_their_names(catalog, write_suite, tmp_path):
    path = tmp_path / "both.toml"
    path.write_text(JOINED.format(f'["digits", "{write_suite().name}"]'))
    joined = load_suite(path, catalog, parse_settings(["seed=7"]))
    assert [member.file.name for member in joined.members] == ["digits", "tiny"]
    trials = plan_trials(joined, catalog)
    assert {(trial.suite.name, trial.spec.seed) for trial in trials} == {("digits", 7), ("tiny", 7)}


@pytest.mark.parametrize(
    ("include", "said"),
    [
        ('["digits", "digits"]', "include names 'digits' twice"),
        ('["both.toml"]', "joins suites itself"),
        ('["missing.toml"]', "no such suite file"),
        ('["digist"]', "unknown suite 'digist'"),
        ("[]", "include: "),
        ('["digits"]\n[grid]\nseed = 0', "unknown key 'grid'"),
    ],
)
def test_suites_that_cannot_be_joined_are_refused(catalog, tmp_path, include, said):
    path = tmp_path / "both.toml"
    path.write_text(JOINED.format(include))
    with pytest.raises(UserError) as caught:
        load_suite(path, catalog)
    assert said in caught.value.message


def test_two_suites_with_a_common_trial_are_not_joined(catalog, write_suite, tmp_path):
    path = tmp_path / "both.toml"
    other = write_suite().read_text().replace('name = "tiny"', 'name = "twin"')
    (tmp_path / "twin.toml").write_text(other)
    (tmp_path / "one.toml").write_text(write_suite().read_text())
    path.write_text(JOINED.format('["one.toml", "twin.toml"]'))
    with pytest.raises(UserError, match="share a trial"):
        plan_trials(load_suite(path, catalog), catalog)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"schema = ", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "is not TOML"),
        (b"#" * 1_000_001, "larger than"),
        (b"x = " + b"9" * 5000, "is not TOML"),
        (b"x = " + b"[" * 50 + b"]" * 50, "nested more than 12 deep"),
        (b"[" + b"a." * 13 + b"a]", "nested more than 12 deep"),
        (b"\n" + b"a." * 100_000 + b"a = 1", "line 2 has more than 500 dots"),
        (b'"a,b".' * 100_000 + b"a = 1", "line 1 has more than 500 dots"),
        (b"", "schema"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(catalog, tmp_path, content, said):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        load_suite(path, catalog)
    assert said in caught.value.message


def test_a_missing_file_is_refused(catalog):
    with pytest.raises(UserError, match="no such suite file"):
        load_suite(Path("nowhere") / "suite.toml", catalog)


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("bench-acme>=0.2", "is not installed"),
        ("prunebench>=99", "is installed"),
        ("!!", "is no requirement"),
    ],
)
def test_requirements_are_checked(catalog, write_suite, requirement, said):
    path = write_suite(('version = "1"', f'version = "1"\nrequires = ["{requirement}"]'))
    with pytest.raises(UserError) as caught:
        load_suite(path, catalog)
    assert said in caught.value.message


def test_settings_win_over_the_grid(catalog, write_suite):
    suite = load_suite(write_suite(), catalog, parse_settings(["seed=3,4", "grid.sparsity=[0.25]"]))
    assert suite.file.grid.seed == (3, 4)
    assert suite.file.grid.sparsity == (0.25,)


@pytest.mark.parametrize("pair", ["seed", "=1", "seeds=1", "train.epoch=1", "recipe.prune.x=1"])
def test_a_malformed_setting_is_refused(pair):
    with pytest.raises(UserError, match="--set"):
        parse_settings([pair])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seed=0,1", (0, 1)),
        ("seed=2", (2,)),
        ("seed=[5]", (5,)),
        ("sparsity=0.5,0.75", (0.5, 0.75)),
    ],
)
def test_values_are_toml_or_bare_words(catalog, write_suite, text, value):
    suite = load_suite(write_suite(), catalog, parse_settings([text]))
    assert getattr(suite.file.grid, text.partition("=")[0]) == value
