"""Out of memory: told from other errors, and by what the system counts."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bench.errors import TrialFault
from bench.runner import pool
from bench.runner.memory import is_out_of_memory, oom_kills
from bench.runner.records import status_of

NONE_LEFT = [
    MemoryError("16 TB"),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 16.00 TiB"),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: not enough memory"),
    RuntimeError("std::bad_alloc"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
]


@pytest.mark.parametrize("error", NONE_LEFT, ids=lambda error: type(error).__name__)
def test_what_says_that_no_memory_is_left_is_filed_as_oom(error):
    assert status_of(error) == "oom"


@pytest.mark.parametrize(
    "error", [RuntimeError("out of order"), ValueError("std::bad_alloc"), OSError(errno.ENOSPC, "full")]
)
def test_other_errors_are_not(error):
    assert status_of(error) == "failed"


def test_torch_and_numpy_say_so_when_they_are_asked_for_a_petabyte():
    for allocate in (torch.empty, np.empty):
        with pytest.raises((RuntimeError, MemoryError)) as caught:
            allocate(2**50)
        assert is_out_of_memory(caught.value)


def test_the_cause_of_a_fault_counts():
    with pytest.raises(TrialFault) as caught:
        raise TrialFault("pruner 'x'", "raised MemoryError") from MemoryError()
    assert status_of(caught.value) == "oom"


def machine(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return oom_kills(folder / "proc", folder / "cgroups")


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 0),
        ({"proc/vmstat": "pgfault 9\noom_kill 4\n"}, 4),
        (
            {
                "proc/self/cgroup": "0::/user.slice/run\n",
                "cgroups/user.slice/run/memory.events": "low 0\noom 3\noom_kill 2\n",
                "proc/vmstat": "oom_kill 4\n",
            },
            2,
        ),
        (
            {
                "proc/self/cgroup": "0::/../outside\n",
                "cgroups/memory.events": "oom_kill 1\noom_group_kill 7\n",
            },
            1,
        ),
        (
            {
                "proc/self/cgroup": "8:pids:/job\n4:cpu,memory:/job\n0::/\n",
                "cgroups/memory/job/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
            },
            5,
        ),
        ({"proc/self/cgroup": "nonsense", "proc/vmstat": "oom_kill many\n"}, 0),
    ],
    ids=["unknown", "kernel", "group", "container", "version-1", "nonsense"],
)
def test_the_systems_kills_are_read_where_it_counts_them(tmp_path, files, count):
    assert machine(tmp_path, files) == count


@pytest.mark.parametrize(
    ("code", "kills", "status", "said"),
    [
        (-9, 1, "oom", "was ended by SIGKILL: the system was out of memory"),
        (-9, 0, "failed", "was ended by SIGKILL"),
        (-11, 1, "failed", "was ended by SIGSEGV"),
        (3, 1, "failed", "ended with exit code 3"),
    ],
)
def test_a_killed_worker_ran_out_of_memory_where_the_system_has_killed_since(
    monkeypatch, code, kills, status, said
):
    monkeypatch.setattr(pool, "oom_kills", lambda: 7 + kills)
    process = SimpleNamespace(exitcode=code, join=lambda timeout: None)
    found, fault = pool._death(SimpleNamespace(spawned=SimpleNamespace(process=process), oom_kills=7))
    assert found == status
    assert fault.message.endswith(said)
