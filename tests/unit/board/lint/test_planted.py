"""Tables made of true numbers have no finding, however they are rounded; each planted fault is found."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.board.lint.check import lint
from bench.board.lint.columns import Mapped
from bench.board.lint.limits import METRICS
from bench.board.lint.relations import SparsityOf
from bench.board.lint.table import Line, Table

HEADER = (
    "Method",
    "Base",
    "Acc",
    "Δ",
    "Rank",
    "Params (M)",
    "Base params (M)",
    "Params kept (%)",
    "Sparsity (%)",
    "CR",
    "MACs (M)",
    "Base MACs (M)",
    "MACs reduction (%)",
    "Speed-up",
)


@dataclass(frozen=True)
class Truth:
    """A method as it is, in exact numbers: accuracies in per cent, sizes in millions."""

    base: Decimal
    pruned: Decimal
    params: Decimal
    macs: Decimal


def _decimals(low, high):
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=7)


truths = st.builds(Truth, _decimals(60, 99), _decimals(10, 99), _decimals("0.05", 11), _decimals("0.5", 200))
DENSE_PARAMS, DENSE_MACS = Decimal("11.6895120"), Decimal("201.3456789")


def _line(number, truth, rank, places):
    params, macs = truth.params / DENSE_PARAMS, truth.macs / DENSE_MACS
    numbers = [
        truth.base,
        truth.pruned,
        truth.pruned - truth.base,
        None,
        truth.params,
        DENSE_PARAMS,
        100 * params,
        100 - 100 * params,
        1 / params,
        truth.macs,
        DENSE_MACS,
        100 - 100 * macs,
        1 / macs,
    ]
    cells = [str(rank) if one is None else f"{one:.{places}f}" for one in numbers]
    return Line(number + 2, (f"m{number}", *cells))


def _table(some, places):
    order = sorted(range(len(some)), key=lambda index: -some[index].pruned)
    ranks = {index: place for place, index in enumerate(order, start=1)}
    return Table(HEADER, tuple(_line(index, one, ranks[index], places) for index, one in enumerate(some)))


def _lint(table):
    return lint(table, Mapped(), METRICS[0], SparsityOf.PARAMETERS)


def _with(table, row, column, text):
    cells = list(table.lines[row].cells)
    cells[HEADER.index(column)] = text
    lines = list(table.lines)
    lines[row] = Line(lines[row].number, tuple(cells))
    return Table(HEADER, tuple(lines))


tables = st.builds(_table, st.lists(truths, min_size=2, max_size=6), st.integers(2, 5))


@given(tables)
def test_true_tables_have_no_finding_however_they_are_rounded(table):
    report = _lint(table)
    assert report.findings == report.unread == ()
    assert set(report.rules) == {
        "range", "difference", "size", "kept", "sparsity", "compression", "speed-up", "flops-cut", "rank",
    }  # fmt: skip


@settings(max_examples=200)
@given(
    tables,
    st.data(),
    st.sampled_from(
        [
            ("Δ", "difference", Decimal(1)),
            ("Acc", "difference", Decimal(1)),
            ("Base", "difference", Decimal(1)),
            ("Params kept (%)", "kept", Decimal(1)),
            ("Sparsity (%)", "sparsity", Decimal(-1)),
            ("Params (M)", "kept", Decimal("1.0")),
            ("CR", "compression", Decimal(300)),
            ("Speed-up", "speed-up", Decimal(500)),
            ("MACs reduction (%)", "flops-cut", Decimal(-1)),
            ("Params (M)", "size", Decimal(12)),
            ("MACs (M)", "size", Decimal(202)),
            ("Acc", "range", Decimal(101)),
        ]
    ),
)
def test_a_planted_fault_is_found_in_its_row(table, data, planted):
    column, rule, by = planted
    row = data.draw(st.integers(0, len(table.lines) - 1))
    true = Decimal(table.lines[row].cells[HEADER.index(column)])
    places = -true.as_tuple().exponent
    false = true + by if true + by >= 0 or column == "Δ" else true - by  # below 0 it would break another rule
    report = _lint(_with(table, row, column, f"{false:.{places}f}"))
    assert (row + 1, rule) in {(one.row, one.rule) for one in report.findings}
    assert all(one.rule == "rank" or one.row == row + 1 for one in report.findings)


@given(tables, st.data())
def test_swapped_ranks_are_found_where_the_numbers_differ(table, data):
    first = data.draw(st.integers(0, len(table.lines) - 1))
    second = data.draw(st.integers(0, len(table.lines) - 1))
    at, by = HEADER.index("Rank"), HEADER.index("Acc")
    one, other = table.lines[first].cells, table.lines[second].cells
    swapped = _with(_with(table, first, "Rank", other[at]), second, "Rank", one[at])
    places = len(one[by].partition(".")[2])
    differ = abs(Decimal(one[by]) - Decimal(other[by])) > Decimal(10) ** -places * len(table.lines)
    found = [one.rule for one in _lint(swapped).findings]
    assert set(found) <= {"rank"}
    assert "rank" in found or not differ
