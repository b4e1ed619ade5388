"""Schemas of records: the one that is read and written, and the steps that lead up to it from older ones.

A new schema comes with a step from the one before: it takes a record as JSON types and gives it as the next
schema has it. `bench records migrate` takes all steps that a record needs; readers take none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bench.errors import UserError
from bench.store.record import RECORD_SCHEMA

Plain = dict[str, Any]
Step = Callable[[Plain], Plain]
STEPS: Mapping[int, Step] = MappingProxyType({})  # schema 1 is the first


class OtherSchema(UserError):  # noqa: N818 - a sound record is no error, only another prunebench's
    """A record, sound as far as one can see, of a schema that is not read: it is left as it is."""


def check_schema(plain: Any, where: str) -> None:
    """Refuse a record that another prunebench wrote; what has no schema at all is not looked at.

    Raises:
        OtherSchema: for a newer schema, and for an older one from which steps lead up.
    """
    schema = schema_of(plain)
    if schema is None or schema == RECORD_SCHEMA:
        return
    if schema > RECORD_SCHEMA:
        raise OtherSchema(
            f"{where}: has schema {schema}, this prunebench reads up to {RECORD_SCHEMA}", "upgrade prunebench"
        )
    if leads_up(schema):
        raise OtherSchema(
            f"{where}: has schema {schema}, this prunebench reads {RECORD_SCHEMA}",
            "`bench records migrate --store` with this store, or a copy of it, brings its records up",
        )


def schema_of(plain: Any) -> int | None:
    """The schema that a record names, if it names one."""
    schema = plain.get("schema") if isinstance(plain, dict) else None
    return schema if isinstance(schema, int) and not isinstance(schema, bool) else None


def leads_up(schema: int) -> bool:
    """Whether steps lead from `schema` to the present one."""
    return schema < RECORD_SCHEMA and all(number in STEPS for number in range(schema, RECORD_SCHEMA))


def brought_up(plain: Plain, where: str) -> Plain:
    """A record of an older schema as the present one has it.

    Raises:
        UserError: where a step cannot treat it.
    """
    for number in range(plain["schema"], RECORD_SCHEMA):
        try:
            plain = STEPS[number](plain) | {"schema": number + 1}
        except Exception as error:  # noqa: BLE001 - it fails on what is no record
            raise UserError(
                f"{where}: not a record of schema {number}: {type(error).__name__}: {error}",
                "restore the file, or delete it to run again",
            ) from None
    return plain
