from __future__ import annotations

import pytest

from bench.engine.blame import blamed
from bench.errors import TrialFault, Unsupported, UserError
from bench.runner.records import status_of


@pytest.mark.parametrize("raised", [ValueError("no"), SystemExit(3), MemoryError("16 TB"), UserError("no")])
def test_what_a_component_raises_becomes_a_fault_that_names_it(raised):
    with pytest.raises(TrialFault, match=f"pruner 'x': raised {type(raised).__name__}"), blamed("pruner 'x'"):
        raise raised


def test_a_task_may_ask_the_user():
    with pytest.raises(UserError), blamed("task 'x'", passing=(UserError,)):
        raise UserError("no data")


def test_to_be_unsupported_is_no_fault():
    with pytest.raises(Unsupported), blamed("pruner 'x'"):
        raise Unsupported("too wide")


def test_running_out_of_memory_is_filed_as_such_though_a_component_is_named():
    with pytest.raises(TrialFault) as caught, blamed("pruner 'x'"):
        raise MemoryError
    assert status_of(caught.value) == "oom"
