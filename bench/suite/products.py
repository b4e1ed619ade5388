"""Products: a component whose parameters are lists stands for one component each way of choosing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.parameters import Param
from bench.suite.layers import complete, declared_params
from bench.suite.schema import Ref


def combinations(
    params: Mapping[str, Any], declared: Sequence[Param], where: str
) -> Iterator[dict[str, Any]]:
    """The product over parameters given as lists; of a list-valued parameter, a list of lists.

    Raises:
        UserError: for a list of no values.
    """
    listed = {param.name for param in declared if param.many}
    axes = [alternatives(value, many=name in listed) for name, value in params.items()]
    for name, values in zip(params, axes, strict=True):
        if not values:
            raise UserError(f"{where}: parameter '{name}' is a list of no values", "give one at least")
    for chosen in product(*axes):
        yield dict(zip(params, chosen, strict=True))


def alternatives(value: Any, *, many: bool) -> list[Any]:
    """The values that `value` stands for; `many` says that one value is a list itself."""
    if not isinstance(value, list):
        return [value]
    if not many:
        return value
    nested = bool(value) and all(isinstance(item, list) for item in value)
    return value if nested else [value]


def complete_all(kind: str, refs: Sequence[Ref], catalog: Catalog, where: str) -> list[Ref]:
    """All components that `refs` stand for, in their order, with complete parameters.

    Raises:
        UserError: for an unknown component or parameter, or a value of the wrong type.
    """
    return [
        complete(kind, Ref(name=ref.name, params=params), catalog, where)
        for ref in refs
        for params in combinations(
            ref.params,
            declared_params(kind, ref.name, catalog, where),
            f"{where}: {kind} '{ref.name}'",
        )
    ]


def checked(param: Param, value: Any, key: str) -> Any:
    """`value` as a setting gives it; one value stands for a list of one where a list is asked for.

    Raises:
        UserError: for a value of the wrong type, naming the setting's key.
    """
    given = [value] if param.many and not isinstance(value, list) else value
    problem = param.problem(given)
    if problem:
        raise UserError(f"--set {key}: {value!r} {problem}", f"expected {param.type_name}")
    return given
