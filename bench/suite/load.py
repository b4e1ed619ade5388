"""Loads a suite by name or path into a validated `SuiteFile`; executes nothing of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.components import Suite
from bench.suite.grids import check_grid_names
from bench.suite.nesting import check_depth
from bench.suite.overlay import check_settings, with_keys, with_params
from bench.suite.problems import as_user_error
from bench.suite.requires import check_requires
from bench.suite.schema import SUITE_SCHEMA, JoinedFile, SuiteFile, SuiteHead
from bench.suite.settings import Settings

MAX_BYTES = 1_000_000
MAX_DOTS = 500
F = TypeVar("F", bound=SuiteHead)


@dataclass(frozen=True)
class LoadedSuite:
    """A suite file, where it came from, and the settings that were laid over it."""

    file: SuiteFile
    where: str
    settings: Settings

    @property
    def members(self) -> tuple[LoadedSuite, ...]:
        """The suites whose trials are run: this one."""
        return (self,)


@dataclass(frozen=True)
class JoinedSuite:
    """A suite file that includes others, and those, loaded."""

    file: JoinedFile
    where: str
    members: tuple[LoadedSuite, ...]


AnySuite = LoadedSuite | JoinedSuite


def load_suite(reference: str | Path, catalog: Catalog, settings: Settings | None = None) -> AnySuite:
    """The suite that `reference` names, or the several that it joins.

    Args:
        reference: a built-in's or plugin's suite by name, or a path to a TOML file.
        catalog: where names are looked up.
        settings: changes of the grid and the recipe, of every suite that is joined.

    Raises:
        UserError: for an unknown name, an unreadable file, bad TOML, an unknown or ill-typed key
            (with file, key path and the nearest known key), a setting that nothing in the suite has,
            or a requirement that is not met.
    """
    path, where = locate(reference, catalog)
    raw = _read(path, where)
    if "include" in raw:
        loaded: AnySuite = _joined(raw, path, where, catalog, settings or Settings())
    else:
        loaded = _single(raw, where, catalog, settings or Settings())
    if settings is not None:
        check_settings(settings, [member.file for member in loaded.members], catalog)
    return loaded


def _single(raw: dict[str, object], where: str, catalog: Catalog, settings: Settings) -> LoadedSuite:
    if settings.axes or settings.head:
        raw = with_keys(raw, settings)
        where = f"{where} with --set"
    file = _validated(SuiteFile, raw, where)
    check_grid_names(file, where)
    return LoadedSuite(with_params(file, settings, catalog, where), where, settings)


def _joined(
    raw: dict[str, object], path: Path, where: str, catalog: Catalog, settings: Settings
) -> JoinedSuite:
    file = _validated(JoinedFile, raw, where)
    members: dict[str, LoadedSuite] = {}
    for name in file.include:
        included, called = locate(path.parent / name if name.endswith(".toml") else name, catalog)
        content = _read(included, called)
        if "include" in content:
            raise UserError(
                f"{where}: include: {called} joins suites itself", "name the suites that it includes"
            )
        member = _single(content, called, catalog, settings)
        if member.file.name in members:
            raise UserError(f"{where}: include names '{member.file.name}' twice", "name each suite once")
        members[member.file.name] = member
    return JoinedSuite(file, where, tuple(members.values()))


def _validated(model: type[F], raw: dict[str, object], where: str) -> F:
    try:
        file = model.model_validate(raw)
    except ValidationError as error:
        raise as_user_error(error, model, where) from None
    check_requires(file.requires, where)
    return file


def locate(reference: str | Path, catalog: Catalog) -> tuple[Path, str]:
    """The path of the suite that `reference` names, and how messages call it."""
    text = str(reference)
    if isinstance(reference, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        path = Path(reference)
        if not path.is_file():
            raise UserError(
                f"{path}: no such suite file", "give a path to a TOML file, or a name of `bench list suites`"
            )
        return path, str(path)
    component = cast("Suite", catalog.get("suite", text))
    return component.path, f"suite '{text}'"


def _read(path: Path, where: str) -> dict[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{where}: larger than {MAX_BYTES} bytes", "a suite is a short TOML file")
        text = path.read_text(encoding="utf-8")
        _check_keys(text, where)
        raw = tomllib.loads(text)
        check_depth(raw)
    except OSError as error:
        raise UserError(
            f"{where}: cannot be read: {error.strerror}", "check the path and its permissions"
        ) from None
    except UnicodeDecodeError:
        raise UserError(f"{where}: is not UTF-8 text", "save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: is not TOML: {error}", "see https://toml.io for the notation") from None
    schema = raw.get("schema")
    if isinstance(schema, int) and schema > SUITE_SCHEMA:
        raise UserError(
            f"{where}: has schema {schema}, this prunebench reads up to {SUITE_SCHEMA}", "upgrade prunebench"
        )
    return raw


def _check_keys(text: str, where: str) -> None:
    """Refuse keys of hundreds of parts, on which the TOML reader spends the square of their number."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") <= MAX_DOTS:
            continue
        is_quoted = '"' in line or "'" in line  # then a comma may stand within a key
        if is_quoted or max(part.count(".") for part in line.split(",")) > MAX_DOTS:
            raise UserError(
                f"{where}: line {number} has more than {MAX_DOTS} dots", "break long lists into lines"
            )
