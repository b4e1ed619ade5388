"""Where the pages' templates, style and scripts lie, and how they are filled."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.errors import UserError

TEMPLATE = "index.html.j2"


def site_folder(package: Path | None = None) -> Path:
    """`bench/_site` of an installed wheel, or else `leaderboard/site` of a checkout.

    Args:
        package: the folder of the package `bench`; the imported one's unless given.

    Raises:
        UserError: where neither holds the template.
    """
    home = package or Path(__file__).parents[1]
    for folder in (home / "_site", home.parent / "leaderboard" / "site"):
        if (folder / TEMPLATE).is_file():
            return folder
    raise UserError(f"{home}: the page's template is missing", "install prunebench again")


def templates(folder: Path) -> Environment:
    """The templates of `folder`: every text that they are filled with is escaped, and none may be missing."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
