"""The workflows: least permissions, versioned actions, and nothing of strangers run with a right to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cli import invoke
from tests.unit.board.submission.cases import good_records, packed

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VERSIONED = re.compile(r"actions/[a-z-]+@(v\d+(\.\d+){0,2}|[0-9a-f]{40})")
RUNS_STRANGERS = {"pull_request_target", "workflow_run", "issue_comment"}
MAY_WRITE = {("pages", "deploy"): {"pages": "write", "id-token": "write"}}
UNTRUSTED = re.compile(r"\$\{\{(?!\s*(github\.ref|matrix\.\w+|steps\.\w+\.outputs\.\w+)\s*\}\})")
OF_THE_BASE = "${{ github.event.pull_request.base.sha }}"


def wrong(name: str, text: str) -> list[str]:
    """What a workflow should not be, a line each."""
    plain: dict[Any, Any] = yaml.safe_load(text)
    triggers = plain[True]  # YAML's word for `on`
    events = {triggers} if isinstance(triggers, str) else set(triggers)
    found = [f"runs on {event}" for event in RUNS_STRANGERS & events]
    if plain.get("permissions") != {"contents": "read"}:
        found.append("its permissions are not to read contents alone")
    if "secrets." in text:
        found.append("uses a secret")
    for job, steps in plain["jobs"].items():
        rights = steps.get("permissions", {})
        if rights != MAY_WRITE.get((name, job), {}):
            found.append(f"{job}: may {rights}")
        if "timeout-minutes" not in steps:
            found.append(f"{job}: has no timeout")
        found += [f"{job}: {line}" for step in steps["steps"] for line in wrong_in_step(step)]
    return found


def wrong_in_step(step: dict[str, Any]) -> Iterator[str]:
    if "uses" in step and not VERSIONED.fullmatch(step["uses"]):
        yield f"{step['uses']} is not a versioned action of GitHub's own"
    if "${{" in step.get("run", ""):
        yield "an expression in a command line"
    settings = {**step.get("with", {}), **step.get("env", {})}
    for key, value in settings.items():
        if UNTRUSTED.search(str(value)) and (key, value) != ("ref", OF_THE_BASE):
            yield f"{key}: {value}"


def steps_of(name: str) -> list[dict[str, Any]]:
    plain = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))
    return [step for job in plain["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_more_rights_than_it_needs(path):
    assert wrong(path.stem, path.read_text("utf-8")) == []


def test_records_of_strangers_are_checked_by_the_code_of_the_base_alone():
    checkouts = [step["with"] for step in steps_of("submissions") if "checkout" in step.get("uses", "")]
    assert [one.get("ref", "") for one in checkouts] == [OF_THE_BASE, ""]
    assert [one["path"] for one in checkouts] == ["base", "submission"]
    assert checkouts[1]["sparse-checkout"] == "leaderboard/records"
    assert all(one["persist-credentials"] is False for one in checkouts)
    commands = [line for step in steps_of("submissions") for line in step.get("run", "").splitlines()]
    [check] = [line for line in commands if "submission" in line]
    assert check.split()[:3] == ["venv/bin/bench", "board", "check"]
    assert [line for line in commands if "install" in line] == ["venv/bin/pip install ./base"]


@pytest.mark.parametrize(("accuracy", "code"), [(None, 0), (0.9999, 1)])
def test_the_command_that_checks_pull_requests_tells_good_from_bad(tmp_path, monkeypatch, accuracy, code):
    one, other = good_records()
    packed(tmp_path / "base" / "leaderboard" / "records", [one])
    if accuracy is not None:
        one["metrics"]["accuracy"] = accuracy
    packed(tmp_path / "submission" / "leaderboard" / "records", [one, other])
    monkeypatch.chdir(tmp_path)
    assert invoke(steps_of("submissions")[-1]["run"].split()[1:]) == code


GOOD = """
on: push
permissions: {contents: read}
jobs:
  one:
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v4
      - run: make
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", None),
        ("on: push", "on: pull_request_target", "runs on pull_request_target"),
        ("contents: read", "contents: write", "its permissions"),
        ("permissions: {contents: read}", "", "its permissions"),
        ("timeout-minutes: 5", "permissions: {contents: write}", "may"),
        ("timeout-minutes: 5", "", "no timeout"),
        ("checkout@v4", "checkout@main", "not a versioned"),
        ("actions/checkout@v4", "someone/thing@v1", "not a versioned"),
        ("run: make", "run: echo ${{ github.event.pull_request.title }}", "an expression"),
        ("run: make", "run: echo ${{ secrets.TOKEN }}", "uses a secret"),
        ("run: make", "{run: make, env: {T: '${{ github.head_ref }}'}}", "T: "),
        ("@v4", "@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}", "ref: "),
    ],
)
def test_the_check_sees_what_a_workflow_should_not_be(old, new, said):
    found = wrong("any", GOOD.replace(old, new) if old else GOOD)
    assert found == [] if said is None else any(said in line for line in found)
