"""Hostile submissions: texts that would act, hide or deceive where they are shown."""

from __future__ import annotations

from pathlib import Path

from tests.unit.board.submission.cases import MARK, Case, Plain, changed, field, packed, rehashed

ATTACKS = {
    "markup": f"<script>{MARK}</script>",
    "image": f"<img src=x onerror={MARK}>",
    "comment": f"<!-- {MARK}",
    "entity": f"&lt;{MARK}&gt;",
    "attribute": f'" onmouseover="{MARK}',
    "template": f"{{{{{MARK}}}}}",
    "script-address": f"javascript:{MARK}",
    "spaced-script-address": f"JavaScript :{MARK}",
    "visual-basic-address": f"vbscript:{MARK}",
    "data-address": f"data:text/html;base64,{MARK}",
    "web-address": f"see https://example.org/{MARK}",
    "network-address": f"//example.org/{MARK}",
    "null": f"{MARK}\x00",
    "terminal-colour": f"\x1b[31m{MARK}",
    "new-line": f"{MARK}\n::add-mask::x",
    "tab": f"{MARK}\t1",
    "right-to-left": f"\u202e{MARK}",
    "zero-width": f"{MARK}\u200b",
    "line-separator": f"{MARK}\u2028",
    "private-use": f"{MARK}\ue000",
    "byte-order-mark": f"\ufeff{MARK}",
    "cyrillic": f"{MARK} m\u0430gnitude",
    "full-width": f"\uff1cscript\uff1e{MARK}",
    "parent-folder": f"../../{MARK}",
    "absolute-path": f"/etc/{MARK}",
    "windows-path": f"C:\\{MARK}",
    "formula": f'=HYPERLINK("{MARK}")',
    "at-formula": f"@SUM({MARK})",
    "too-long": MARK * 100,
}
SHOWN = ("env.cpu", "components.task.distribution", "per_layer.0.name")  # a free text, a name, a layer


def _key(folder: Path, good: list[Plain], place: str, key: str) -> None:
    plain = dict(good[0])
    plain[place] = {**plain[place], key: next(iter(plain[place].values()))}
    packed(folder, [rehashed(plain), good[1]])


def _keyed(name: str, place: str, key: str) -> Case:
    return Case(name, lambda folder, good: _key(folder, good, place, key), "not a plain name")


def _path_id(folder: Path, good: list[Plain]) -> None:
    packed(folder, [good[0] | {"trial_id": f"../../{MARK}"}, good[1]])


def _surrogate(folder: Path, good: list[Plain]) -> None:
    packed(folder, [changed(good[0], "env.cpu", f"{MARK}\ud800"), good[1]])


TEXTS = [
    *(
        field(f"{name}-in-{SHOWN[number % 3]}", SHOWN[number % 3], text, "error: ")
        for number, (name, text) in enumerate(ATTACKS.items())
    ),
    field("markup-as-suite", "suite.name", ATTACKS["markup"], "not a record: suite.name"),
    field("path-as-suite", "suite.name", "../digits", "not a record: suite.name"),
    field("homoglyph-suite", "suite.name", f"dig\u0456ts{MARK}", "not a record: suite.name"),
    field("homoglyph-pruner", "spec.pruner", f"m\u0430gnitude{MARK}", "not a plain name"),
    field("markup-in-parameters", "spec.params", {"scope": ATTACKS["image"]}, "markup"),
    field("markup-as-parameter-name", "spec.params", {ATTACKS["image"]: 1}, "not a plain name"),
    field("markup-as-reason", "unmeasured", {"latency": ATTACKS["markup"]}, "markup"),
    field("script-as-start", "started", f"javascript:{MARK}", "ISO 8601"),
    _keyed("homoglyph-metric", "metrics", f"\u0430ccuracy{MARK}"),
    _keyed("markup-metric", "metrics", ATTACKS["markup"]),
    _keyed("markup-timing", "timing", ATTACKS["image"]),
    _keyed("dotted-path-component", "components", f"..{MARK}"),
    Case("path-as-trial-id", _path_id, "trial_id"),
    Case("lone-surrogate", _surrogate, "not a record"),
]
