"""Lays settings over a suite: its own keys, its grids' axes, and the parameters of components."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.parameters import Param
from bench.registry.suggest import did_you_mean
from bench.suite.grids import check_known, place_of
from bench.suite.layers import declared_params
from bench.suite.patches import check_parts
from bench.suite.products import alternatives, checked
from bench.suite.schema import Entry, Grid, Override, Ref, SuiteFile
from bench.suite.settings import ParamSetting, Settings


def with_keys(raw: dict[str, object], settings: Settings) -> dict[str, object]:
    """A suite file's content, not yet validated, with the suite's keys and the grids' axes changed."""
    grid = raw.get("grid")
    tables: object = (
        [_axes(one, settings) for one in grid] if isinstance(grid, list) else _axes(grid, settings)
    )
    return {**raw, **settings.head, "grid": tables}


def with_params(file: SuiteFile, settings: Settings, catalog: Catalog, where: str) -> SuiteFile:
    """`file` with the parameters changed that its components declare; others are left alone.

    Raises:
        UserError: for an unknown component, or a value of the wrong type, naming its key.
    """
    if not settings.params:
        return file
    grids = []
    for number, grid in enumerate(file.grids):
        fitting = [one for one in settings.params if one.grid in (None, grid.name)]
        place = f"{where}: {place_of(file, number)}"
        changed = {
            kind: tuple(_with(kind, ref, fitting, catalog, f"{place}.{kind}") for ref in refs)
            for kind, refs in (("task", grid.task), ("model", grid.model))
        }
        grids.append(grid.model_copy(update=changed))
    entries = tuple(
        _entry(entry, settings.params, catalog, f"{where}: [[entry]] {number}")
        for number, entry in enumerate(file.entry, start=1)
    )
    grid_or_grids = grids[0] if isinstance(file.grid, Grid) else tuple(grids)
    return file.model_copy(update={"grid": grid_or_grids, "entry": entries})


def check_settings(settings: Settings, files: Sequence[SuiteFile], catalog: Catalog) -> None:
    """Check that each setting changes something of `files`, which are run together.

    Raises:
        UserError: with the nearest grid, parameter or penalty that there is.
    """
    for name in settings.axes:
        check_known([] if name is None else [name], files, f"--set grid.{name}")
    for setting in settings.params:
        check_known([] if setting.grid is None else [setting.grid], files, f"--set {setting.key}")
        refs = [ref for file in files for ref in _refs(file, setting)]
        known = {param.name for ref in refs for param in declared_params(setting.kind, ref.name, catalog, "")}
        if setting.param not in known:
            names = ", ".join(sorted({ref.name for ref in refs}))
            raise UserError(
                f"--set {setting.key}: no {setting.kind} here has a parameter '{setting.param}' ({names})",
                did_you_mean(setting.param, known) or "they take no parameters",
            )
    check_parts(settings, files, catalog)
    if settings.teacher and not any(_has_teacher(file) for file in files):
        raise UserError(
            f"--set teacher.{next(iter(settings.teacher))}: no suite here has a teacher",
            "give it one under [teacher]",
        )


def _has_teacher(file: SuiteFile) -> bool:
    tables: tuple[Entry | Override, ...] = (*file.entry, *file.override)
    return file.teacher is not None or any(table.teacher for table in tables)


def _axes(table: object, settings: Settings) -> object:
    found = dict(table) if isinstance(table, dict) else {}
    for name in (None, found.get("name")):
        found |= settings.axes.get(name, {}) if isinstance(name, str | None) else {}
    return found


def _entry(entry: Entry, settings: Sequence[ParamSetting], catalog: Catalog, where: str) -> Entry:
    pruner = _with("pruner", Ref(name=entry.pruner, params=entry.params), settings, catalog, where)
    around = _with("parametrization", entry.parametrization, settings, catalog, where)
    return entry.model_copy(update={"params": pruner.params, "parametrization": around})


def _with(kind: str, ref: Ref, settings: Sequence[ParamSetting], catalog: Catalog, where: str) -> Ref:
    declared = {param.name: param for param in declared_params(kind, ref.name, catalog, where)}
    changed = {
        one.param: _values(declared[one.param], one)
        for one in settings
        if one.kind == kind and one.param in declared
    }
    return Ref(name=ref.name, params={**ref.params, **changed}) if changed else ref


def _values(param: Param, setting: ParamSetting) -> list[Any]:
    found = [checked(param, value, setting.key) for value in alternatives(setting.value, many=param.many)]
    if not found:
        raise UserError(f"--set {setting.key}: no values", f"expected {param.type_name}")
    return found


def _refs(file: SuiteFile, setting: ParamSetting) -> Iterator[Ref]:
    for grid in file.grids:
        if setting.grid in (None, grid.name):
            yield from {"task": grid.task, "model": grid.model}.get(setting.kind, ())
    for entry in file.entry:
        if setting.kind == "pruner":
            yield Ref(name=entry.pruner)
        elif setting.kind == "parametrization":
            yield entry.parametrization
