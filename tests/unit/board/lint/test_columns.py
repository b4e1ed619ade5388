"""Columns get their roles from headers, or from the user."""

import pytest

from bench.board.lint.columns import mapped, places_of
from bench.board.lint.roles import guess, unit_of
from bench.board.lint.table import Table
from bench.errors import UserError


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Base (%)", "base"),
        ("Baseline Acc.", "base"),
        ("Original Top-1", "base"),
        ("Pruned", "pruned"),
        ("Acc. after pruning", "pruned"),
        ("Top-1", "pruned"),
        ("Top-5", None),
        ("Δ Acc", "difference"),
        ("∆", "difference"),
        ("Acc. drop (%)", "drop"),
        ("Accuracy loss", "drop"),
        ("Loss", None),
        ("Rank", "rank"),
        ("#Params (M)", "params"),
        ("Params (M) ↓", "params"),
        ("Params ↓ (%)", "sparsity"),
        ("Params (%)", "kept"),
        ("Base Params", "dense-params"),
        ("GFLOPs", "flops"),
        ("FLOPs reduction (%)", "flops-cut"),
        ("MACs (%)", None),
        ("Base MACs", "dense-flops"),
        ("Speed Up", "speed-up"),
        ("FLOPs speedup", "speed-up"),
        ("CR", "compression"),
        ("Sparsity", "sparsity"),
        ("Pruning ratio", None),
        ("Dataset", "group"),
        ("Method", "label"),
        ("Year", None),
    ],
)
def test_a_header_names_its_role(header, role):
    assert guess(header) == role


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Params (M)", "m"), ("Params [K]", "k"), ("GFLOPs", "g"), ("MMACs", "m"), ("Acc (%)", "")],
)
def test_a_header_gives_the_unit_of_counts(header, unit):
    assert unit_of(header) == unit


def _places(header, *columns, constants=()):
    return places_of(Table(tuple(header), ()), mapped(columns, constants))


def test_a_role_that_two_headers_name_is_nobodys_but_groups():
    assert _places(["Acc", "Accuracy", "Model", "Dataset"]) == {"group": (2, 3)}


def test_what_the_user_says_comes_first():
    header = ["Acc", "Accuracy", "Rank"]
    assert _places(header, "pruned=Accuracy") == {"pruned": (1,), "rank": (2,)}
    assert _places(header, "pruned=Acc", "base=Accuracy", "rank=") == {"pruned": (0,), "base": (1,)}
    assert "pruned" not in _places(["Acc"], constants=["pruned=93"])


@pytest.mark.parametrize(
    ("columns", "constants", "message"),
    [
        (["pruned"], [], "no '='"),
        (["prunned=Acc"], [], "unknown role 'prunned'"),
        (["pruned=Acc", "pruned=Top-1"], [], "'pruned' is given twice"),
        (["base=Acc"], ["base=93"], "'base' is given twice"),
        (["pruned=acc"], [], "no column has the header 'acc'"),
        (["pruned=Twin"], [], "2 columns have the header 'Twin'"),
    ],
)
def test_a_wrong_option_is_refused(columns, constants, message):
    with pytest.raises(UserError) as caught:
        _places(["Acc", "Top-1", "Twin", "Twin"], *columns, constants=constants)
    assert message in caught.value.message
