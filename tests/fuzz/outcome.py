"""How a case may end: well, or with the user's error in two lines."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from bench.cli import invoke


@dataclass(frozen=True)
class Outcome:
    """What was wrong with how a case ended, if anything was; `code` is the command's, if it was one."""

    problem: str = ""
    code: int | None = None


Act = Callable[[], Outcome]


class Hang(BaseException):
    """A case took too much time on the processor."""


def commanded(*words: object) -> Act:
    """The command line with `words`, in this process."""
    given = [str(word) for word in words]

    def act() -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = invoke(given)
        return Outcome(_wrong(code, err.getvalue()), code)

    return act


def judged(act: Act) -> Outcome:
    """What became of `act`; an exception that leaves it, a warning too, is what was wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return act()
    except Hang:
        return Outcome("hang\n" + traceback.format_exc())
    except (Exception, SystemExit):  # noqa: BLE001 - whatever it is, it should not have come this far
        return Outcome(traceback.format_exc())


def _wrong(code: int, said: str) -> str:
    if code not in (0, 1, 2):
        return f"exit code {code}\n{said}"
    if "Traceback (most recent call last)" in said:
        return f"a traceback on stderr\n{said}"
    if code == 2 and not ("error: " in said and "\nhint: " in said):
        return f"no error and hint\n{said}"
    return ""
