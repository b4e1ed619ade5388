"""A piece of work on another machine: it says what that machine lacks before anything begins."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

import bench
from bench.registry.origin import Selection
from bench.runner.payload import Payload, Terms
from bench.runner.returned import Returned
from tests.unit.runner.work_case import Case


@pytest.fixture
def plain(catalog, write_suite, tmp_path):
    """A payload, as JSON has it."""
    return json.loads(Case(catalog, write_suite(), tmp_path).work.next().payload)


def error_of(plain):
    return Returned.from_bytes(bench.work_on(json.dumps(plain).encode())).error


def test_another_release_is_refused(plain):
    message, hint = error_of(plain | {"release": "0.0.1"})
    assert message.endswith(f"this machine has prunebench {version('prunebench')}, and the run 0.0.1")
    assert hint == "install the same packages on all machines"


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        ({"bench-acme": "1.0"}, "this machine lacks the plugin package 'bench-acme' 1.0"),
        ({"click": "0.1"}, f"this machine has click {version('click')}, and the run 0.1"),
    ],
    ids=["missing", "other version"],
)
def test_a_plugin_package_that_is_missing_or_another_version_is_named(plain, packages, told):
    assert error_of(plain | {"packages": packages})[0].endswith(told)


def test_a_payload_arrives_as_it_was(catalog, write_suite, tmp_path):
    case = Case(catalog, write_suite(), tmp_path)
    item = case.work._queue.next()
    terms = Terms(Path("/s"), "cpu", None, False, True, True, 5.0, Selection("builtin", ("x",)))
    payload = Payload.of(item, terms)
    assert Payload.from_plain(json.loads(payload.to_bytes())) == payload


def test_plugin_files_travel_byte_for_byte_under_their_names(catalog, write_suite, tmp_path):
    sources = {"one": b"x = '\xff'\r\n", "two": "# naïve\n".encode()}
    paths = [tmp_path / name / "same.py" for name in sources]
    for path, source in zip(paths, sources.values(), strict=True):
        path.parent.mkdir()
        path.write_bytes(source)
    case = Case(catalog, write_suite(), tmp_path)
    terms = replace(case.work._terms, plugins=Selection(files=tuple(paths)))
    payload = Payload.of(case.work._queue.next(), terms)
    written = Payload.from_plain(json.loads(payload.to_bytes())).written_sources(tmp_path / "there")
    assert [path.name for path in written] == ["same.py", "same.py"]
    assert [path.read_bytes() for path in written] == list(sources.values())
