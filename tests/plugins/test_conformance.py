"""Every built-in passes the kit that third parties are held to."""

from __future__ import annotations

import pytest

import bench

PARAMS = {"model:timm": {"name": "resnet18", "stem": "cifar"}}  # the only one that names no network by itself


@pytest.mark.parametrize("check", bench.testing.conformance_checks("prunebench", params=PARAMS), ids=str)
def test_a_builtin_does_what_its_kind_promises(check):
    check.run()
