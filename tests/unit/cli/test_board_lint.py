"""`bench board lint`: exit codes, text and JSON."""

import json

import pytest

FAULTY = "Method,Base,Acc,Δ\nfine,93.53,93.77,+0.24\nsure,93.53,93.77,+0.38\n"


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_table_without_faults_exits_with_0(bench_cli, table):
    code, out, error = bench_cli("board", "lint", table("Base,Acc,Δ\n93.53,93.77,+0.24\n"))
    assert (code, out) == (0, "")
    assert "1 rows held to range, difference: 0 findings" in error


def test_a_fault_exits_with_1_and_says_where_it_is_and_what_would_be_right(bench_cli, table):
    code, out, error = bench_cli("board", "lint", table(FAULTY))
    assert code == 1
    assert out == (
        "line 3, row 2 (sure): difference: difference +0.38, but pruned 93.77, base 93.53; "
        "right would be +0.24: pruned - base\n"
    )
    assert "read as difference: Δ" in error


def test_json_tells_all_of_it(bench_cli, table):
    code, out, _ = bench_cli("board", "lint", table(FAULTY), "--json")
    plain = json.loads(out)
    assert code == 1
    assert plain["columns"] == {"label": ["Method"], "base": ["Base"], "pruned": ["Acc"], "difference": ["Δ"]}
    assert (plain["rows"], plain["rules"], plain["unread"]) == (2, ["range", "difference"], [])
    [found] = plain["findings"]
    assert found == {
        "row": 2,
        "line": 3,
        "label": "sure",
        "rule": "difference",
        "roles": ["difference", "pruned", "base"],
        "columns": ["Δ", "Acc", "Base"],
        "says": "difference +0.38, but pruned 93.77, base 93.53",
        "right": "+0.24: pruned - base",
    }


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", []),
        ("Method,Year\na,2020\n", []),
        (FAULTY, ["--column", "pruned=nothing"]),
        (FAULTY, ["--constant", "params=many"]),
        (FAULTY, ["--constant", "label=7"]),
        (FAULTY, ["--metric", "luck"]),
    ],
)
def test_a_wrong_file_or_option_exits_with_2(bench_cli, table, text, options):
    code, out, error = bench_cli("board", "lint", table(text), *options)
    assert (code, out) == (2, "")
    assert error.startswith("error: ")
    assert "hint: " in error


def test_texts_of_the_table_are_shown_on_one_line_without_direction_marks(bench_cli, table):
    text = f'"Method\nname",Base,Acc,Δ\n"a\u202eb\nc{"x" * 300}",93.5,93.7,+0.9\n'
    _, out, _ = bench_cli("board", "lint", table(text), "--column", "label=Method\nname")
    assert out.startswith("line 3, row 1 (a b cxxx")
    assert "\u202e" not in out
    assert len(out) < 200
