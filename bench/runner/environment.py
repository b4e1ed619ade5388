"""The machine and the versions of a run, as records keep them."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bench.store.record import Environment, Git

if TYPE_CHECKING:
    import torch


def describe(device: torch.device, threads: int) -> Environment:
    """The environment of this process, computing on `device`."""
    import torch

    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    return Environment(
        python=platform.python_version(),
        torch=torch.__version__,
        device=f"{device}: {name}" if name != "cpu" else "cpu",
        cpu=processor(),
        os=f"{platform.system()} {platform.machine()}",
        threads=threads,
        prunebench=version("prunebench"),
        git=checkout(Path(__file__).parents[2]),
    )


@cache
def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@cache
def checkout(root: Path) -> Git | None:
    """The git commit of the checkout at `root`, or None where it is none."""
    if not (root / ".git").exists():
        return None
    try:
        sha = _git(root, "rev-parse", "HEAD")
        dirty = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
        return Git(sha=sha, dirty=dirty)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()
