from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bench.store.record import record_schema

PUBLISHED = Path(__file__).parents[3] / "leaderboard" / "schema.json"


def test_the_published_schema_is_the_generated_one():
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == record_schema()


def test_a_record_fits_the_published_schema(make_record):
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.validate(make_record().plain(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(make_record().plain() | {"surprise": 1}, schema)
