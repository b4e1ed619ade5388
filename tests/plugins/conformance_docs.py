"""The tables of docs/plugins/conformance.md; `python -m tests.plugins.conformance_docs` writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.testing.conformance import RULES
from tests.e2e.test_isolation import SEEN as PRUNERS_SEEN
from tests.e2e.test_isolation_of_kinds import SEEN as KINDS_SEEN
from tests.plugins.test_faulty import FAULTS
from tests.plugins.test_faulty_plugins import FAULTS as PLUGIN_FAULTS

PAGE = Path(__file__).parents[2] / "docs" / "plugins" / "conformance.md"


def checks() -> str:
    """What the kit checks, a table a kind."""
    return "\n\n".join(
        f"### {kind.capitalize()}: {len(course)} checks\n\n"
        + table(("check", "holds where"), [(f"`{rule.name}`", rule.summary) for rule in course])
        for kind, course in RULES.items()
    )


def faults() -> str:
    """The deliberately faulty components: what fails, and what the author reads."""
    return table(("kind", "fault", "check that fails", "what its author reads"), fault_rows())


def fault_rows() -> Iterator[tuple[str, ...]]:
    """A row a fault."""
    for label, (_, _, check, sees) in PLUGIN_FAULTS.items():
        yield "plugin", label, f"`{check}`", f"… {sees} …"
    for fault in FAULTS:
        yield (
            fault.component.kind,
            fault.label,
            ", ".join(f"`{name}`" for name in fault.checks),
            f"… {fault.sees} …",
        )


def runs() -> str:
    """What a run says of faulty components, and how it files their trials."""
    rows = [
        (f"pruner `{name}`", f"`{status}`", f"pruner '{name}': … {text} …")
        for name, (status, text) in PRUNERS_SEEN.items()
    ]
    rows += [
        (component.replace(" '", " `").replace("'", "`"), "`failed`", f"{component}: … {text} …")
        for component, text in KINDS_SEEN.items()
    ]
    return table(("component", "status", "what the user reads"), rows)


def table(heads: Sequence[str], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(text: str) -> str:
    """`text` with all its tables as they ought to be."""
    for name, make in {"checks": checks, "faults": faults, "runs": runs}.items():
        start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}{make()}{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
