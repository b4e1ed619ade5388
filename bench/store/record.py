"""The record of a trial, schema 1: what was run, with what, what came out, and at what cost."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Literal

from pydantic import Field

from bench.plan.spec import ComponentRef, Spec, SuiteRef
from bench.registry.contracts import LONGEST_CURVE
from bench.suite.recipe import Bool, Float, Int, Strict

RECORD_SCHEMA = 1
_LEFT_OUT_IF_EMPTY = ("curves", "volatile", "unmeasured", "traces", "selected")
Status = Literal["ok", "failed", "oom", "timeout", "unsupported"]
Number = Int | Float | None
Text = Annotated[str, Field(max_length=500)]
Curve = Annotated[tuple[Number, ...], Field(max_length=LONGEST_CURVE)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LayerRecord(Strict):
    """One prunable layer after pruning; errors are relative, other measures may add numbers."""

    model_config = Strict.model_config | {"extra": "allow"}
    __pydantic_extra__: dict[str, Number] = Field(init=False)

    name: Text
    shape: tuple[Int, ...]
    weights: Int = Field(ge=0)
    zeros: Int = Field(ge=0)
    spectral_error: Float | None = None
    frobenius_error: Float | None = None


class Git(Strict):
    """The checkout that prunebench ran from, if it did."""

    sha: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    dirty: Bool


class Environment(Strict):
    """The machine and the versions a trial ran on, and the data that it found there.

    `data_sha256` is the fingerprint of the decoded data: byte-exact and re-encoded images differ in it.
    """

    python: Text
    torch: Text
    device: Text
    cpu: Text
    os: Text
    threads: Int = Field(ge=1)
    prunebench: Text
    git: Git | None = None
    data_sha256: Sha256 | None = None


class Fault(Strict):
    """Why a trial did not end well, and which component is to blame, if one is."""

    kind: Text
    message: Annotated[str, Field(max_length=2000)]
    component: Text | None = None
    plugin: Text | None = None
    traceback: Annotated[str, Field(max_length=8000)] = ""


class TracePoint(Strict):
    """What a trace read off the dense network after `epoch` epochs of training; 0 is before the first.

    `curves` are left out where there are none.
    """

    measure: Text
    epoch: Int = Field(ge=0)
    metrics: dict[str, Number]
    per_layer: dict[str, dict[str, Number]] = Field(default_factory=dict)
    curves: dict[Text, Curve] = Field(default_factory=dict, exclude_if=operator.not_)


class Record(Strict):
    """One trial. Fractions are 0–1, seconds are seconds, times are UTC in ISO 8601.

    `curves` are sequences of numbers that measures returned, by name; `volatile` names the metrics and
    curves that differ between two runs of the same trial; `unmeasured` says why a measure could not treat
    the model, so that its metrics are null; `traces` belong to the dense network; `selected` has the
    epochs chosen by validation, by stage. These are left out where they are empty.
    """

    schema_version: Literal[1] = Field(alias="schema")
    trial_id: Sha256
    status: Status
    suite: SuiteRef
    spec: Spec
    components: dict[str, ComponentRef]
    metrics: dict[str, Number]
    per_layer: tuple[LayerRecord, ...] = ()
    curves: dict[Text, Curve] = Field(default_factory=dict)
    volatile: tuple[Text, ...] = ()
    unmeasured: dict[str, Text] = Field(default_factory=dict)
    traces: tuple[TracePoint, ...] = ()
    selected: dict[Text, Annotated[int, Field(ge=1, strict=True)]] = Field(default_factory=dict)
    timing: dict[str, Annotated[float, Field(ge=0, strict=True)]]
    env: Environment | None
    error: Fault | None = None
    started: Annotated[str, Field(max_length=40)]
    finished: Annotated[str, Field(max_length=40)]

    def plain(self) -> dict[str, Any]:
        """The record as JSON types, with its field names as stored."""
        plain = self.model_dump(mode="json", by_alias=True)
        if self.env is not None and self.env.data_sha256 is None:
            plain["env"].pop("data_sha256")
        return {key: value for key, value in plain.items() if value or key not in _LEFT_OUT_IF_EMPTY}

    def reproducible(self) -> dict[str, Any]:
        """The part that two runs of the same trial on the same machine share to the bit."""
        plain = self.plain()
        for key in ("timing", "env", "started", "finished"):
            plain.pop(key)
        for numbers in (plain["metrics"], plain.get("curves", {}), *plain["per_layer"]):
            for name in self.volatile:
                numbers.pop(name, None)
        if not plain.get("curves", True):
            plain.pop("curves")
        return plain


def record_schema() -> dict[str, Any]:
    """The JSON Schema of a record, as published in `leaderboard/schema.json`."""
    schema = Record.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prunebench record",
        **{key: value for key, value in schema.items() if key != "title"},
    }
