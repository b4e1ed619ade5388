"""Loads one plugin in a fresh interpreter and prints what that took: `python -m bench.registry.probe`.

The arguments are `file PATH`, or `entry DISTRIBUTION NAME`; the answer is one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.registry.discover import Found, from_file, installed
from bench.registry.origin import Origin

HEAVY = ("torch", "timm", "pandas", "seaborn", "matplotlib", "scipy", "sklearn")
LONGEST = 120


@dataclass(frozen=True)
class Probed:
    """How a plugin loads by itself: the error, if there was one, and the heavy modules it imported."""

    error: str
    heavy: tuple[str, ...]


def probe(origin: Origin, file: Path | None) -> Probed:
    """Load the plugin of `origin`, or the one in `file`, alone, in a fresh interpreter."""
    which = ["file", str(file)] if file is not None else ["entry", origin.distribution, origin.entry]
    command = [sys.executable, "-m", "bench.registry.probe", *which]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return Probed(f"it did not load within {LONGEST} s", ())
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return Probed(last, ())
    answer = json.loads(lines[-1])
    return Probed(answer["error"], tuple(answer["heavy"]))


def main(arguments: list[str]) -> None:
    """Load the plugin that `arguments` name, and print the answer."""
    before = set(sys.modules)
    error = ""
    try:
        _found(arguments).load()
    except (Exception, SystemExit) as raised:  # noqa: BLE001 - it is the answer
        error = f"{type(raised).__name__}: {raised}"
    heavy = [name for name in HEAVY if name in sys.modules and name not in before]
    sys.stdout.write(f"\n{json.dumps({'error': error, 'heavy': heavy})}\n")


def _found(arguments: list[str]) -> Found:
    if arguments[0] == "file":
        return from_file(Path(arguments[1]))
    return next(
        found
        for found in installed()
        if (found.origin.distribution, found.origin.entry) == (arguments[1], arguments[2])
    )


if __name__ == "__main__":
    main(sys.argv[1:])
