"""Tables of strangers: read in several forms, refused with a reason where they are none."""

import pytest

from bench.board.lint.table import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, read_table
from bench.errors import UserError


def _read(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(path)


@pytest.mark.parametrize(
    "text",
    [
        "Method,Acc\na,1\n\nb,2\n",
        "\ufeffMethod;Acc\r\na;1\r\n\r\nb;2",
        "Method\tAcc\na\t1\n\nb\t2\n",
        "| Method | Acc |\n|:--|--:|\n| a | 1 |\n| b | 2 |\n",
    ],
)
def test_commas_semicolons_tabs_and_markdown_are_read_alike(tmp_path, text):
    table = _read(tmp_path, text)
    assert table.header == ("Method", "Acc")
    assert [line.cells for line in table.lines] == [("a", "1"), ("b", "2")]
    assert [line.number for line in table.lines] == ([3, 4] if text.startswith("|") else [2, 4])


def test_a_quoted_cell_may_span_lines_and_the_next_row_knows_its_own(tmp_path):
    table = _read(tmp_path, 'Method,Acc\n"a\nb",1\nc,2\n')
    assert [line.number for line in table.lines] == [2, 4]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a,b\n1\n", "line 2 has 1 cells, the header has 2"),
        (b"a,b\n1,2,3\n", "line 2 has 3 cells"),
        (b"a,b\n\xff,2\n", "not UTF-8 text: byte 4"),
        (b"a,b\n1,\x1b[31m\n", "control character U+001B"),
        (b"a,b\n1,\x00\n", "control character U+0000"),
        (b'a,b\n1,"2\n', "line 2"),
        (b"a,b\n1," + b"9" * (MAX_CELL + 1) + b"\n", f"over {MAX_CELL} characters"),
        (b"a," * MAX_COLUMNS + b"\n", f"more than {MAX_COLUMNS} columns"),
        (b"a\n" + b"1\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
        (b"a,b\n" * (MAX_BYTES // 4 + 1), f"larger than {MAX_BYTES} bytes"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path, data, message):
    with pytest.raises(UserError, match=r"table\.csv") as caught:
        _read(tmp_path, data)
    assert message in caught.value.message


def test_a_missing_file_and_a_folder_are_no_tables(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(UserError, match="no such file"):
            read_table(path)
