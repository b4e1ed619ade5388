"""Which column of a published table is what: as the user says, or as its header does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.board.lint.roles import ROLES, guess
from bench.board.lint.table import Table
from bench.board.text import plain_text
from bench.errors import UserError
from bench.registry.suggest import did_you_mean

GROUP = "group"
Places = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Mapped:
    """What the user says: the headers of a role, "" for none, and the one value of a role for all rows."""

    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


def mapped(columns: Sequence[str], constants: Sequence[str]) -> Mapped:
    """The options "ROLE=HEADER" and "ROLE=NUMBER", taken apart.

    Raises:
        UserError: where one has no "=" or names an unknown role, or a role but `group` is given twice.
    """
    found: dict[str, list[str]] = {}
    for text in columns:
        role, header = _parted(text, "--column", "HEADER")
        found.setdefault(role, []).append(header)
    values = dict(_parted(text, "--constant", "NUMBER") for text in constants)
    for role in [*found, *values]:
        if len(found.get(role, [])) + (role in values) > 1 and role != GROUP:
            raise UserError(f"the role '{role}' is given twice", "a role has one column or one constant")
    return Mapped(found, values)


def places_of(table: Table, said: Mapped) -> Places:
    """The columns of each role: those that the user names, and of other roles those that headers name.

    A role that several headers name is nobody's, but for `group`.

    Raises:
        UserError: for a header that the table does not have, or has twice.
    """
    chosen = {
        role: tuple(_place(table, header) for header in headers if header)
        for role, headers in said.columns.items()
    }
    taken = {at for places in chosen.values() for at in places}
    guessed: dict[str, list[int]] = {}
    for at, header in enumerate(table.header):
        role = None if at in taken else guess(header)
        if role is not None and role not in chosen and role not in said.constants:
            guessed.setdefault(role, []).append(at)
    clear = {role: tuple(at) for role, at in guessed.items() if len(at) == 1 or role == GROUP}
    return {role: at for role, at in (clear | chosen).items() if at}


def _parted(text: str, option: str, what: str) -> tuple[str, str]:
    role, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"{option} {text}: no '='", f"write {option} ROLE={what}")
    if role.strip() not in ROLES:
        raise UserError(f"{option}: unknown role '{plain_text(role, 40)}'", did_you_mean(role, ROLES))
    return role.strip(), value.strip()


def _place(table: Table, header: str) -> int:
    found = [at for at, name in enumerate(table.header) if name == header]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{len(found)} columns have the header '{plain_text(header, 40)}'", "rename one")
    raise UserError(
        f"no column has the header '{plain_text(header, 40)}'",
        did_you_mean(header, [plain_text(name, 40) for name in table.header if name]),
    )
