"""Published numbers: read with care, shown beside the standings, never ranked."""

import csv
import io
import json
from pathlib import Path

import pytest

from bench.board.build import Extras, build_board
from bench.board.frame import tidy
from bench.board.markdown import markdown
from bench.board.page_data import page_json
from bench.board.published import leaderboard_json
from bench.board.reference import HEADER, KIND, read_references, reference_folder, with_references
from bench.board.standings import standings
from bench.board.standings_csv import standings_csv
from bench.errors import UserError
from bench.store.packing import pack_bytes

ROOT = Path(__file__).parents[3]
POINT = {
    "task": "cifar10",
    "model": "lenet-5",
    "method": "theirs",
    "metric": "accuracy",
    "value": "0.9912",
    "spread": "0.0021",
    "runs": "3",
    "sparsity": "0.9",
    "spectral_error": "0.25",
    "source": "Somebody, A paper, 2020, table 1",
    "year": "2020",
}


@pytest.fixture
def folder(tmp_path):
    def write(*points, header=HEADER, name="theirs.csv"):
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow(header)
        writer.writerows([one.get(column, "") for column in header] for one in points)
        path = tmp_path / "reference"
        path.mkdir(exist_ok=True)
        (path / name).write_text(buffer.getvalue(), encoding="utf-8")
        return path

    return write


@pytest.fixture
def shown(records, folder):
    def cells(*points):
        return with_references(standings(tidy(records)), read_references(folder(*points)))

    return cells


def test_a_point_is_read_as_it_stands(folder):
    [one] = read_references(folder(POINT))
    assert (one.task, one.model, one.method, one.metric) == ("cifar10", "lenet-5", "theirs", "accuracy")
    assert (one.value, one.spread, one.runs, one.sparsity) == (0.9912, 0.0021, 3, 0.9)
    assert (one.spectral_error, one.year, one.suite) == (0.25, 2020, "")


def test_a_compression_stands_at_the_share_it_removes(folder):
    [one] = read_references(folder(POINT | {"sparsity": "", "compression": "20"}))
    assert one.sparsity == pytest.approx(0.95)


def test_points_come_sorted_by_method_and_sparsity_whatever_the_files(folder):
    folder(POINT | {"sparsity": "0.98"}, POINT | {"method": "another"}, name="b.csv")
    found = read_references(folder(POINT | {"sparsity": "0.5"}, name="a.csv"))
    assert [(one.method, one.sparsity) for one in found] == [
        ("another", 0.9),
        ("theirs", 0.5),
        ("theirs", 0.98),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "source is missing"),
        ({"method": ""}, "method is missing"),
        ({"value": ""}, "value is missing"),
        ({"metric": "luck"}, "unknown metric 'luck'"),
        ({"value": "99.12"}, "value is not a number from 0 to 1"),
        ({"value": "nan"}, "value is not a number"),
        ({"value": "1e999"}, "value is not a number"),
        ({"value": "0x1p-1"}, "value is not a number"),
        ({"value": "=1-1"}, "value is not a number"),
        ({"sparsity": "1"}, "a sparsity of 1 has no place"),
        ({"sparsity": "-0.1"}, "sparsity is not a number from 0 to 1"),
        ({"sparsity": ""}, "one of sparsity and compression"),
        ({"compression": "10"}, "one of sparsity and compression"),
        ({"sparsity": "", "compression": "0.5"}, "compression is not a number"),
        ({"spectral_error": "-1"}, "spectral_error is not a number of at least 0"),
        ({"spread": "inf"}, "spread is not a number"),
        ({"runs": "2.5"}, "whole numbers"),
        ({"year": "20200"}, "year is not a number"),
        ({"source": "https://example.org/paper"}, "source holds an address"),
        ({"notes": "see www.example.org"}, "notes holds an address"),
        ({"method": "javascript:alert(1)"}, "method holds an address"),
        ({"method": "the\u202eirs"}, "method is not one line of plain text"),
        ({"method": "a\nb"}, "method is not one line of plain text"),
        ({"source": "x" * 301}, "source is not one line of plain text"),
        ({"source": "x" * 501}, "over 500 characters"),
        ({"model": "a\x1b[31m"}, "control character"),
    ],
)
def test_a_point_that_is_not_sound_is_refused_with_file_and_reason(folder, change, message):
    with pytest.raises(UserError, match=r"theirs\.csv") as caught:
        read_references(folder(POINT, POINT | {"sparsity": "0.5"} | change))
    assert message in caught.value.message


def test_other_headers_and_points_given_twice_are_refused(folder, tmp_path):
    with pytest.raises(UserError, match="unknown column 'speed'"):
        read_references(folder(POINT, header=(*HEADER, "speed")))
    with pytest.raises(UserError, match="not the columns"):
        read_references(folder(POINT, header=HEADER[:-1]))
    with pytest.raises(UserError, match="was there before"):
        read_references(folder(POINT, POINT | {"value": "0.5"}))
    with pytest.raises(UserError, match="no such folder"):
        read_references(tmp_path / "nothing")


def test_a_cell_has_the_points_of_its_task_model_metric_and_suite(shown):
    others = [{"task": "mnist"}, {"model": "vgg-19"}, {"metric": "loss"}, {"suite": "another"}]
    here = POINT | {"suite": "cifar10-pruning", "method": "here"}
    [cell] = shown(POINT, here, *(POINT | other for other in others))
    assert {one.method for one in cell.references} == {"here", "theirs"}


def test_published_numbers_change_no_rank_group_or_front(shown, records):
    [plain] = standings(tidy(records))
    [cell] = shown(POINT | {"value": "1", "sparsity": "0.99"})
    assert (cell.standings, cell.front, cell.dense, cell.grid) == (
        plain.standings,
        plain.front,
        plain.dense,
        plain.grid,
    )


def test_downloads_mark_them_as_published_and_unranked(shown):
    [cell] = shown(POINT | {"method": "=theirs"})
    *measured, theirs = csv.DictReader(io.StringIO(standings_csv([cell]).decode()))
    assert {line["kind"] for line in measured} == {"measured"}
    assert (theirs["kind"], theirs["label"], theirs["source"]) == (KIND, "'=theirs", POINT["source"])
    assert (theirs["primary"], theirs["sparsity"], theirs["spectral"]) == ("0.9912", "0.9", "0.25")
    assert (theirs["group"], theirs["area"], theirs["primary_half"], theirs["seeds"]) == ("", "", "", "")
    text = markdown([cell]).decode()
    assert f"Of others ({KIND})" in text
    assert "| =theirs | 90 % | 99.12 ± 0.21 | 0.250 | Somebody, A paper, 2020, table 1 |" in text
    plain = json.loads(leaderboard_json([cell]))["cells"][0]
    assert [one["value"] for one in plain["references"]] == [0.9912]


def test_the_page_has_them_under_reference(shown):
    [cell] = shown(POINT)
    assert json.loads(page_json([cell]))["reference"] == [
        {
            "task": "cifar10",
            "model": "lenet-5",
            "method": "theirs",
            "sparsity": 0.9,
            "value": 0.9912,
            "spectral_error": 0.25,
            "source": POINT["source"],
        }
    ]
    assert "reference" not in json.loads(page_json([shown()[0]]))


def test_markup_in_a_published_text_stays_text(shown):
    cells = shown(POINT | {"method": "</script><img src=x>"})
    assert "<" not in page_json(cells)
    assert "<img" not in markdown(cells).decode()


def test_the_folder_beside_records_is_found_and_others_are_not(tmp_path, folder):
    beside = folder(POINT)
    assert reference_folder(tmp_path / "records") == beside
    assert reference_folder(tmp_path / "bench-store") is None
    assert reference_folder(tmp_path / "elsewhere" / "records") is None


def test_a_board_is_built_with_them_or_not_at_all(tmp_path, records, folder):
    store = tmp_path / "records"
    store.mkdir()
    (store / "some.jsonl.gz").write_bytes(pack_bytes(records))
    folder(POINT)
    build_board(store, tmp_path / "site", figures=False)
    assert "theirs" in (tmp_path / "site" / "LEADERBOARD.md").read_text(encoding="utf-8")
    folder(POINT | {"value": "many"})
    with pytest.raises(UserError, match="value is not a number"):
        build_board(store, tmp_path / "other", figures=False, extras=Extras(reference=tmp_path / "reference"))
    assert not (tmp_path / "other").exists()


def test_the_command_takes_another_folder_and_refuses_one_that_is_not_there(
    tmp_path, records, folder, bench_cli
):
    store, site = tmp_path / "store", tmp_path / "site"
    store.mkdir()
    (store / "some.jsonl.gz").write_bytes(pack_bytes(records))
    build = ("board", "build", "--store", store, "--no-figures", "--out")
    code, _, err = bench_cli(*build, site, "--reference", folder(POINT))
    assert (code, "theirs" in (site / "LEADERBOARD.md").read_text(encoding="utf-8")) == (0, True), err
    code, out, err = bench_cli(*build, tmp_path / "other", "--reference", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert [line.partition(" ")[0] for line in err.splitlines()] == ["error:", "hint:"]
    assert str(tmp_path / "nowhere") in err
    assert not (tmp_path / "other").exists()


def test_the_leaderboards_published_numbers_are_sound_and_hold_the_anchors():
    found = {
        (one.model, one.method, round(one.sparsity, 3)): one.value
        for one in read_references(ROOT / "leaderboard" / "reference")
    }
    assert found["resnet56", "magnitude, iterative, learning-rate rewinding", 0.79] == 0.9368
    assert found["resnet56", "magnitude, iterative, fine-tuning", 0.79] == 0.9285
    assert found["resnet56", "magnitude, iterative, fine-tuning", 0.893] == 0.9135
    assert found["resnet18", "magnitude, at initialisation", 0.944] == 0.1


def test_the_documentation_has_the_header_and_every_column():
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert f"```csv\n{','.join(HEADER)}\n```" in page
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert [name.strip(" `") for row in rows for name in row.split(",")] == list(HEADER)
