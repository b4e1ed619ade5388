"""What the columns of a published table may hold, and what their headers give away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Unit(StrEnum):
    """How the numbers of a role are read."""

    METRIC = "metric"
    SHARE = "share"
    COUNT = "count"
    FACTOR = "factor"
    ORDER = "order"
    TEXT = "text"


@dataclass(frozen=True)
class Role:
    """A role that a column can have: its name in `--column`, its unit, and what it means."""

    name: str
    unit: Unit
    meaning: str


_ALL = (
    Role("label", Unit.TEXT, "the method, for messages"),
    Role("group", Unit.TEXT, "rows with the same text are one table; may be given again"),
    Role("base", Unit.METRIC, "the metric of the dense network"),
    Role("pruned", Unit.METRIC, "the metric of the pruned network"),
    Role("difference", Unit.METRIC, "pruned less base"),
    Role("drop", Unit.METRIC, "base less pruned"),
    Role("rank", Unit.ORDER, "the place within the table, 1 the best"),
    Role("params", Unit.COUNT, "parameters left"),
    Role("dense-params", Unit.COUNT, "parameters of the dense network"),
    Role("sparsity", Unit.SHARE, "the share that was removed"),
    Role("kept", Unit.SHARE, "the share of parameters that is left"),
    Role("compression", Unit.FACTOR, "dense parameters over those left"),
    Role("flops", Unit.COUNT, "FLOPs or multiply-adds left"),
    Role("dense-flops", Unit.COUNT, "FLOPs or multiply-adds of the dense network"),
    Role("flops-cut", Unit.SHARE, "the share of FLOPs that was removed"),
    Role("speed-up", Unit.FACTOR, "dense FLOPs over those left"),
)
ROLES: Mapping[str, Role] = MappingProxyType({role.name: role for role in _ALL})

_DENSE = frozenset({"base", "baseline", "dense", "original", "orig", "unpruned", "before", "full"})
_CUT = frozenset(
    {"reduction", "reduced", "cut", "drop", "dropped", "saved", "saving", "decrease", "removed", "↓"}
)
_LEFT = frozenset({"kept", "density", "remaining", "left", "remain", "retained"})
_METRIC = frozenset({"acc", "accuracy", "top1", "error", "err", "metric", "map", "miou"})
_PARAMS = frozenset({"param", "params", "parameter", "parameters", "weights", "size"})
_FLOPS = frozenset({"flops", "flop", "macs", "mac", "madds", "gflops", "mflops", "gmacs", "mmacs", "madd"})
_SIMPLE: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"rank", "place", "position"}), "rank"),
    (frozenset({"compression", "cr"}), "compression"),
    (frozenset({"speedup"}), "speed-up"),
    (frozenset({"sparsity"}), "sparsity"),
)
_CHANGE = frozenset({"δ", "∆", "delta", "diff", "difference", "change", "gain"})
_TEXTS = (
    (frozenset({"model", "network", "net", "architecture", "arch", "backbone"}), "group"),
    (frozenset({"dataset", "data", "task"}), "group"),
    (frozenset({"method", "methods", "pruner", "criterion", "algorithm", "approach", "name"}), "label"),
)


def guess(header: str) -> str | None:
    """The role that a column's header names, None where it names none.

    Words in brackets are units and count for nothing, but for a share: "Params (%)" is what is kept.
    """
    words = _words(re.sub(r"[(\[].*?[)\]]", " ", header))
    if unit_of(header):
        words = words - {"↓"}  # "Params (M) ↓" is a count: less is better
    return next(_named(words, share="%" in header), None)


def _named(words: frozenset[str], *, share: bool) -> Iterator[str]:
    yield from (role for names, role in _SIMPLE if words & names)
    if words & (_PARAMS | _FLOPS):
        yield from _size(words, share=share)
        return
    metric = words & _METRIC
    if words & _CHANGE:
        yield "difference"
    if words & _LEFT:
        yield "kept"
    if words & _CUT and (metric or len(words) == 1):
        yield "drop"
    if metric and "loss" in words:
        yield "drop"
    if words & _DENSE and len(words - _METRIC) == 1:
        yield "base"
    if metric or words in ({"pruned"}, {"finetuned"}):
        yield "pruned"
    yield from (role for names, role in _TEXTS if words & names)


def unit_of(header: str) -> str:
    """The unit of counts in a header: "Params (M)" has "m", "GFLOPs" has "g"; "" where there is none."""
    match = re.search(r"[(\[]\s*([kmgbt])\s*[)\]]|\b([kmgt])(?:flops?|macs?)\b", header.lower())
    return (match[1] or match[2]) if match else ""


def _size(words: frozenset[str], *, share: bool) -> Iterator[str]:
    weights = bool(words & _PARAMS)
    if words & _CUT:
        yield "sparsity" if weights else "flops-cut"
    elif words & _DENSE:
        yield "dense-params" if weights else "dense-flops"
    elif not (share or words & _LEFT):
        yield "params" if weights else "flops"
    elif weights:
        yield "kept"


def _words(text: str) -> frozenset[str]:
    plain = text.lower().replace("top-1", "top1").replace("top-5", "top5")
    plain = re.sub(r"speed[\s-]?ups?", "speedup", plain)
    words = frozenset(re.findall(r"[a-z0-9]+|[δ∆↓]", plain))
    return frozenset() if "top5" in words else words
