"""The errors that a user sees: what was wrong and where, and what to do about it."""

from __future__ import annotations


class UserError(Exception):
    """The user's mistake; the command line prints it as `error:` and `hint:` and exits with 2."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"error: {self.message}" + (f"\nhint: {self.hint}" if self.hint else "")


class Unsupported(Exception):  # noqa: N818 - a pruner raises it to say so, it is no fault
    """Raised by a component for a model or a setting that it cannot treat; the trial is skipped."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TrialFault(Exception):  # noqa: N818
    """A component broke its contract; only the trials that use it fail, and the record names it."""

    def __init__(self, component: str, message: str) -> None:
        super().__init__(f"{component}: {message}")
        self.component = component
