from __future__ import annotations

import json

import pytest

from bench.store.store import Store
from bench.store.verify import verify


def problems(root):
    return [verdict.problem for verdict in verify(root)]


def test_a_sound_record_has_no_problem(tmp_path, make_record):
    Store.open(tmp_path).write(make_record())
    assert problems(tmp_path) == [""]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain["spec"].update(sparsity=0.6), "does not fit the spec"),
        (lambda plain: plain["components"]["pruner"].update(version="9"), "does not fit the spec"),
        (lambda plain: plain["metrics"].update(accuracy=93.0), "accuracy lies outside"),
        (lambda plain: plain["metrics"].update(weights=5), "do not add up"),
        (lambda plain: plain["metrics"].update(zeros=1), "more zeros than"),
        (lambda plain: plain["per_layer"][0].update(zeros=5), "more zeros than weights"),
        (lambda plain: plain.update(schema=9), "schema 9"),
    ],
)
def test_a_forged_record_is_found(tmp_path, make_record, change, said):
    path = Store.open(tmp_path).write(make_record())
    plain = json.loads(path.read_bytes())
    change(plain)
    path.write_text(json.dumps(plain))
    [problem] = problems(tmp_path)
    assert said in problem


def test_a_renamed_record_is_found(tmp_path, make_record):
    path = Store.open(tmp_path).write(make_record())
    path.rename(path.with_name(f"{'f' * 64}.json"))
    assert problems(tmp_path) == ["the file is not named after the trial id"]
