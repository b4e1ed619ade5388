"""The distributions that a suite requires, checked before any work."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import InvalidRequirement, Requirement

from bench.errors import UserError


def check_requires(requires: Sequence[str], where: str) -> None:
    """Check that each requirement, such as "bench-acme>=0.2", is installed.

    Raises:
        UserError: naming the first that is malformed, missing or too old.
    """
    for text in requires:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            raise UserError(
                f"{where}: requires: {text!r} is no requirement", 'write it as "name>=1.2"'
            ) from None
        try:
            have = version(wanted.name)
        except PackageNotFoundError:
            raise UserError(
                f"{where}: requires {text}, which is not installed", f"pip install '{text}'"
            ) from None
        if not wanted.specifier.contains(have, prereleases=True):
            raise UserError(f"{where}: requires {text}, but {have} is installed", f"pip install '{text}'")
