"""A process that runs commands within bounds of memory and of computing time: past them it dies."""

from __future__ import annotations

import json
import subprocess
import sys

MEMORY = 1_500_000_000
SECONDS = 60
_SERVER = f"""
import contextlib, io, json, resource, sys
from bench.cli import invoke
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
answers = sys.stdout
for line in sys.stdin:
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(used.ru_utime + used.ru_stime) + {SECONDS}
    resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = invoke(json.loads(line))
    print(json.dumps([code, out.getvalue(), err.getvalue()]), file=answers, flush=True)
"""


class Confined:
    """The command line in another process, which is ended by the system where it exceeds its bounds."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Run a command: exit code, stdout, stderr; a traceback or a killed process is a failure."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError(f"the command died: {self.close()}")
        code, out, err = json.loads(answer)
        return code, out, err

    def close(self) -> str:
        """End the process; what it said on stderr."""
        _, said = self._process.communicate()
        return f"exit {self._process.returncode}: {said[-2000:]}"
