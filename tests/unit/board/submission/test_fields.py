"""Every text and every key of a record is attacked, one after the other, with every hostile text."""

from __future__ import annotations

import copy
import json

import pytest

from bench.board.submission.content import record_complaints
from bench.errors import UserError
from bench.store.reading import parse_record
from tests.unit.board.submission.cases import good_records, rehashed
from tests.unit.board.submission.fields import ANY, full_record, key_paths, places, text_paths
from tests.unit.board.submission.hostile_texts import ATTACKS

FULL = full_record(good_records()[0])


def refused(plain: dict) -> bool:
    """Whether no reader takes `plain` for a sound record."""
    try:
        record = parse_record(json.dumps(plain), "here")
    except UserError:
        return True
    return any("trial id" not in complaint.what for complaint in record_complaints(record))


def test_the_record_with_every_field_is_sound():
    assert not refused(FULL)


def test_the_schema_has_texts_and_keys_in_these_rooms():
    assert {path[0] for path in text_paths()} >= {
        "suite",
        "spec",
        "components",
        "env",
        "unmeasured",
        "traces",
    }
    assert {path[0] for path in key_paths()} >= {"metrics", "per_layer", "curves", "timing", "selected"}
    assert len(text_paths()) > 40


@pytest.mark.parametrize("path", text_paths(), ids=".".join)
def test_no_text_of_a_record_can_be_hostile(path):
    assert list(places(copy.deepcopy(FULL), path)), "the full record has no such text"
    for name, text in ATTACKS.items():
        plain = copy.deepcopy(FULL)
        container, key = next(places(plain, path))
        container[key] = text
        assert refused(rehashed(plain) if path[0] != "trial_id" else plain), name


@pytest.mark.parametrize("path", key_paths(), ids=".".join)
def test_no_key_of_a_record_can_be_hostile(path):
    assert list(places(copy.deepcopy(FULL), (*path, ANY))), "the full record has no such key"
    for name, text in ATTACKS.items():
        plain = copy.deepcopy(FULL)
        container, key = next(places(plain, (*path, ANY)))
        container[text] = container.pop(key)
        assert refused(rehashed(plain)), name
