"""A store whose artifacts cannot be trusted, and real workers that find it so."""

from __future__ import annotations

import json
import shutil
from itertools import cycle

import pytest

from bench.store.reading import read_records
from tests.conftest import TINY
from tests.damage import DAMAGES


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    path = tmp_path_factory.mktemp("suite") / "tiny.toml"
    path.write_text(TINY.replace("seed = [0]", "seed = [0, 1]"))
    return path


def results(store):
    return {record.trial_id: record.reproducible() for record in read_records(store)}


def test_records_are_the_same_after_damage_to_every_artifact(suite, tmp_path, bench_cli):
    store = tmp_path / "store"
    assert bench_cli("run", suite, "--store", store, "--jobs", "2")[0] == 0
    undisturbed = results(store)
    shutil.copytree(store / "artifacts", tmp_path / "sound")
    paths = sorted((store / "artifacts").rglob("*.safetensors"))
    assert len(paths) == 10
    for damages in (list(DAMAGES.values())[:10], list(DAMAGES.values())[10:]):
        shutil.rmtree(store / "records")
        for number, (path, damage) in enumerate(zip(paths, cycle(damages), strict=False)):
            damage(path, tmp_path / "sound" / paths[number - 1].relative_to(store / "artifacts"))
        code, out, err = bench_cli("run", suite, "--store", store, "--jobs", "2", "--json")
        assert (code, json.loads(out)["trials"]["ok"]) == (0, 8), err
        assert "Traceback" not in err
        assert results(store) == undisturbed


def test_a_folder_in_an_artifacts_place_is_named_and_left_alone(suite, tmp_path, bench_cli):
    store = tmp_path / "store"
    words = ("run", suite, "--store", store, "--jobs", "1", "--json")
    assert bench_cli(*words)[0] == 0
    undisturbed = results(store)
    shutil.rmtree(store / "records")
    path = next((store / "artifacts" / "train").glob("*.safetensors"))
    path.unlink()
    (path / "mine").mkdir(parents=True)
    code, _, err = bench_cli(*words)
    assert code == 2
    assert f"error: {path}: cannot write the checkpoint: Is a directory" in err
    assert "hint: " in err
    assert (path / "mine").exists()
    shutil.rmtree(path)
    assert bench_cli(*words)[0] == 0
    assert results(store) == undisturbed
