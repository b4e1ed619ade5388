"""Print the performance table of a benchmark file: `python -m tests.perf.report perf.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

COLUMNS = ("row", "what", "against", "target", "now", "ours")


def table(benchmarks: list[dict[str, object]]) -> str:
    """Return a Markdown table with a line for each benchmark that carries a ratio, ordered by row.

    `now` is the median of the ratios with their quartiles, `ours` the median of our own seconds.
    """
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    infos = [info for info in (entry["extra_info"] for entry in benchmarks) if "ratio" in info]
    for info in sorted(infos, key=lambda info: (info["row"][0], int(info["row"][1:]))):
        now = f"{info['ratio']:.3g} ({info['low']:.3g}-{info['high']:.3g})"
        ours = f"{info['seconds']:.3g} s" if "seconds" in info else ""
        lines.append((info["row"], info["what"], info["against"], info["target"], now, ours))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(table(json.loads(Path(sys.argv[1]).read_text("utf-8"))["benchmarks"]) + "\n")
