"""Every built-in passes the kit that third parties are held to."""

from __future__ import annotations

import pytest

import bench


@pytest.mark.parametrize("check", bench.testing.conformance_checks("prunebench"), ids=str)
def test_a_builtin_does_what_its_kind_promises(check):
    check.run()
