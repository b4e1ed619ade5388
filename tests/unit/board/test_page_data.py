"""The page's data: the standings, in few bytes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.board.about import About
from bench.board.frame import tidy
from bench.board.page_data import Beside, page_json, short
from bench.board.standings import standings


def columns(cell):
    return {
        name: [None if word == "" else float(word) for word in text.split(",")]
        for name, text in cell["points"].items()
    }


def packed(cells, beside=None):
    return json.loads(page_json(cells, beside))


def test_every_point_reads_back_to_the_digits_that_are_shown(cells):
    for cell, found in zip(cells, packed(cells)["cells"], strict=True):
        values = columns(found)
        points = [point for one in cell.standings for point in one.points]
        for place, point in enumerate(points):
            assert values["metric"][place] * found["unit"] == pytest.approx(point.primary.mean, abs=5.1e-5)
            assert values["metricHalf"][place] * found["unit"] == pytest.approx(
                point.primary.half, abs=5.1e-5
            )
            assert values["error"][place] * 1e-4 == pytest.approx(point.spectral.mean, abs=5.1e-5)
            achieved = point.sparsity + values["achieved"][place] * 1e-5
            assert achieved == pytest.approx(point.achieved.mean, abs=5.1e-6)
            assert values["macs"][place] == pytest.approx(point.macs.mean, rel=5.1e-4)
        width = len(cell.grid)
        assert found["front"] == ",".join(str(row * width + column) for row, column in cell.front)


def test_a_column_that_nothing_was_measured_in_is_left_out(records, change):
    changed = [change(one, {"metrics/spectral_error": None, "metrics/macs": None}) for one in records]
    [cell] = packed(standings(tidy(changed)))["cells"]
    assert {"error", "errorHalf", "macs", "speedup"}.isdisjoint(cell["points"])
    assert "seeds" not in cell["points"]


def test_seeds_are_said_where_a_point_lacks_some(records):
    [cell] = packed(standings(tidy(records[1:])))["cells"]
    assert sorted(set(columns(cell)["seeds"])) == [2, 3]


def test_a_latency_is_there_where_all_seeds_ran_on_one_machine(records, change):
    timed = [change(one, {"metrics/latency_cpu_1_ms": 2.5}) for one in records]
    [cell] = packed(standings(tidy(timed)))["cells"]
    assert set(columns(cell)["latency_cpu_1_ms"]) == {2.5}
    apart = [change(one, {"env/cpu": f"cpu {one.spec.seed}"}) for one in timed]
    [cell] = packed(standings(tidy(apart)))["cells"]
    assert "latency_cpu_1_ms" not in cell["points"]


def test_a_row_knows_its_trials_command_and_papers(cells):
    beside = Beside(about=About(papers={("pruner", "random"): "Nobody, At Random, 2020"}))
    data = packed(cells, beside)
    cell, found = cells[0], data["cells"][0]
    row = [one.pruner for one in cell.standings].index("random")
    plugins, commits, machines, only, papers = (
        [data["words"][int(number)] for number in group.split()] for group in found["sources"][row].split("|")
    )
    assert plugins == ["prunebench 0.1.0"]
    assert commits == []
    assert machines == ["NVIDIA H200, AMD EPYC 9454, 16 threads, torch 2.11.0, Linux 6.8"]
    assert only == list(cell.standings[row].provenance.only)
    assert "Nobody, At Random, 2020" in papers[0]
    assert found["trials"].split(",")[row] == "15"


def test_ten_thousand_records_worth_of_standings_stay_below_300_kilobytes(cells):
    cell = cells[0]
    rows = [
        replace(one, label=f"{one.label} {number}", entry=f"{number:08x}" * 8)
        for number, one in enumerate(cell.standings * 42)
    ]
    many = [replace(cell, model=f"model-{number}", standings=tuple(rows)) for number in range(4)]
    trials = sum(len(one.provenance.trials) for cell in many for one in cell.standings)
    assert trials >= 10_000
    assert len(page_json(many).encode()) < 240_000


@given(st.floats(1e-9, 1e12), st.integers(2, 6))
def test_a_short_number_reads_back_to_its_digits(value, digits):
    assert float(short(value, digits)) == float(f"{value:.{digits}g}")
    assert float(short(-value, digits)) == -float(short(value, digits))
    assert len(short(value, digits)) <= len(f"{value:.{digits}g}")
