"""Fixtures that many tests share: the built-in catalog, and a suite that runs in a second."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import torch

from bench.cli import invoke
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection

os.environ.setdefault("MKL_CBWR", "AUTO")  # as workers have it
# A busy machine is no counterexample; the rest is the profile that hypothesis chose for where it runs.
hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("unhurried")

TINY = """
schema = 1
name = "tiny"
version = "1"
summary = "One small network, two baselines, one epoch."

[grid]
task = ["digits"]
model = ["lenet-300-100"]
seed = [0]
sparsity = [0.5, 0.9]

[recipe.train]
epochs = 1

[recipe.finetune]
epochs = 1

[[entry]]
pruner = "magnitude"

[[entry]]
pruner = "random"
"""


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> Iterator[None]:
    """Lets processes that tests start be interrupted, also where the shell started pytest in the background.

    Such a shell ignores SIGINT, and so would all that is started from it.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The built-in components."""
    return load_plugins(Selection(which="builtin"), pytest.fail)


@pytest.fixture
def write_suite(tmp_path: Path) -> Callable[..., Path]:
    """Writes a suite file; `old=new` pairs are replaced in the tiny suite, `extra` is put at its end."""

    def write(*replacements: tuple[str, str], extra: str = "", name: str = "tiny") -> Path:
        text = TINY.replace('"tiny"', f'"{name}"')
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / f"{name}.toml"
        path.write_text(text + extra, encoding="utf-8")
        return path

    return write


@pytest.fixture
def bench_cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in this process: (exit code, stdout, stderr)."""

    def call(*words: object) -> tuple[int, str, str]:
        code = invoke([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
