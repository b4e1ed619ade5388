"""Memory that runs out in a bank is no trial's fault: each of them is tried alone."""

from __future__ import annotations

import json

from tests.conftest import TINY
from tests.processes import bench

GREEDY = """
import bench


class Greedy:
    def __call__(self, step):
        return step.outputs.logsumexp(1).mean() - step.outputs.gather(1, step.targets[:, None]).mean()

    def rows(self, step):
        if len(step.targets) > 1:
            raise MemoryError("16 TB")
        right = step.outputs.gather(2, step.targets[..., None])
        return step.outputs.logsumexp(2).mean(1) - right.mean((1, 2))


@bench.hookimpl
def bench_objectives():
    yield bench.Objective(name="greedy", summary="Fits once.", build=lambda params: Greedy())
"""


def test_trials_that_do_not_fit_into_memory_together_are_run_one_by_one(tmp_path):
    plugin, suite = tmp_path / "greedy.py", tmp_path / "tiny.toml"
    plugin.write_text(GREEDY)
    greedy = 'objective = "greedy"\n'
    both = TINY.replace("[recipe.train]\n", f"[recipe.train]\n{greedy}")
    both = both.replace("[recipe.finetune]\n", f"[recipe.finetune]\n{greedy}")
    suite.write_text(both.replace("seed = [0]", "seed = [0, 1, 2, 3, 4]"))
    store = tmp_path / "store"
    done = bench("run", suite, "--plugin-file", plugin, "--store", store, "--jobs", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trials"] == {"ok": 20, "cached": 0, "failed": 0, "skipped": 0}
