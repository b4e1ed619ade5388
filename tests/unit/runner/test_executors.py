"""Who runs the trials: what a plugin offers, and this machine where none offers anything."""

import pytest

from bench.errors import UserError
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection
from bench.runner.executors import executor


class Work:
    was_done_here = False

    def here(self):
        self.was_done_here = True


@pytest.fixture
def bare():
    return load_plugins(Selection("none"), pytest.fail)


def test_this_machine_runs_trials_with_plugins_and_without(catalog, bare):
    for known in (catalog, bare):
        work = Work()
        executor(known, "local", {})(work)
        assert work.was_done_here


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("lokal", {}, "--executor: unknown executor 'lokal'"),
        ("local", {"address": "here"}, "executor 'local': unknown parameter 'address'"),
    ],
)
def test_what_nobody_offers_is_refused(catalog, name, params, message):
    with pytest.raises(UserError, match=message):
        executor(catalog, name, params)


def test_parameters_of_this_machine_are_refused_without_plugins_too(bare):
    with pytest.raises(UserError, match="unknown executor 'local'"):
        executor(bare, "local", {"address": "here"})
