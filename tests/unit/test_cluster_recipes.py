"""The recipes of docs/clusters.md are whole: scripts and manifests parse, and name options that there are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from bench.cli.run import command

PAGE = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|sh|yaml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCRIPTS = [text for kind, text in BLOCKS if kind == "bash"]
MANIFESTS = [yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml"]
COMMANDS = [
    *(text.replace("\\\n", " ") for kind, text in BLOCKS if kind != "yaml"),
    *MANIFESTS[0]["spec"]["template"]["spec"]["containers"][0]["args"],
    MANIFESTS[1]["spec"]["entrypoint"],
]
RUNS = [run.split() for text in COMMANDS for run in re.findall(r"bench run (.*)", text)]


def test_the_page_has_recipes_of_each_kind():
    assert len(SCRIPTS) == 2
    assert [(one["apiVersion"], one["kind"]) for one in MANIFESTS] == [
        ("batch/v1", "Job"),
        ("ray.io/v1", "RayJob"),
    ]
    assert len(RUNS) == 5


@pytest.mark.parametrize("script", SCRIPTS, ids=["array", "ray"])
def test_a_script_is_one_of_bash_and_asks_slurm_for_what_it_needs(script):
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert script.startswith("#!/bin/bash\n#SBATCH --")
    for line in script.splitlines():
        assert not line.startswith("#SBATCH") or re.fullmatch(r"#SBATCH --[a-z-]+(=\S+)?", line)


@pytest.mark.parametrize("run", RUNS, ids=" ".join)
def test_the_options_of_a_recipe_are_those_of_the_command(run, catalog):
    known = {option for param in command.params for option in param.opts}
    assert {word for word in run if word.startswith("--")} <= known
    assert catalog.offer("suite", run[0]).component.name == run[0]
    ray = catalog.offer("executor", "ray").component
    given = [run[place + 1].partition("=")[0] for place, word in enumerate(run) if word == "--executor-set"]
    assert set(given) <= {param.name for param in ray.params}


def test_the_table_has_every_parameter_of_the_executor(catalog):
    ray = catalog.offer("executor", "ray").component
    rows = re.findall(r"^\| `([a-z]+)=` \|", PAGE, re.MULTILINE)
    assert rows == [param.name for param in ray.params]


def test_pods_ask_for_what_they_need():
    job, ray = MANIFESTS
    workers = [group["template"] for group in ray["spec"]["rayClusterSpec"]["workerGroupSpecs"]]
    for template in (job["spec"]["template"], *workers):
        for container in template["spec"]["containers"]:
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
