"""Rules: what contradicts itself is reported, with what would be right."""

import pytest

from bench.errors import UserError


def _found(report):
    return [(one.row, one.rule) for one in report.findings]


def test_the_headline_difference_of_torch_prunings_table_does_not_add_up(tables, check):
    report = check(tables / "torch-pruning.md")
    assert _found(report) == [(1, "difference"), (2, "difference"), (3, "difference")]
    assert [one.right.partition(":")[0] for one in report.findings] == ["-1.09", "+0.24", "-5.90"]


def test_a_pasted_row_a_wrong_share_and_a_wrong_rank_are_found(tables, check):
    report = check(tables / "shares.csv", "params=M (percent)")
    assert _found(report) == [(3, "size"), (3, "rank"), (5, "size")]
    assert "at most 11.69 M" in report.findings[0].right
    assert "23.7 %" in report.findings[2].right


def test_the_size_of_the_dense_network_may_be_told(tables, check):
    report = check(tables / "shares.csv", "params=M (percent)", constants=["dense-params=11.69M"])
    assert _found(report) == [(3, "size"), (3, "kept"), (3, "rank"), (5, "kept")]


@pytest.mark.parametrize(
    ("text", "rule", "right"),
    [
        ("Base,Acc,Drop\n93.5,92.5,-1.0\n", "difference", "+1.0: base - pruned; the sign is turned round"),
        ("Base,Acc\n93.5,100.2\n", "range", "from 0 to 100"),
        ("Base,Acc\n0.935,-0.02\n", "range", "from 0 to 1"),
        ("Sparsity,CR\n120 %,5x\n", "range", "from 0 % to 100 %"),
        ("Params (M),Base params (M)\n11.8,11.69\n", "size", "at most 11.69 M: that of the dense network"),
        ("MACs (G),Base MACs\n5.2,4.1\n", "size", "at most 4.1 G: that of the dense network"),
        ("Sparsity,CR\n90.0 %,20.0x\n", "compression", "10x: 1 / (1 - sparsity)"),
        ("Density,CR\n0.100,20.0x\n", "compression", "10x: 1 / kept"),
        ("Params,Base params,CR\n1.0M,10.0M,5.0x\n", "compression", "10x: dense-params / params"),
        ("Params,Base params,Sparsity\n1.0M,10.0M,50.0%\n", "sparsity", "90 %: 1 - params / dense-params"),
        ("FLOPs,Base FLOPs,Speed-up\n1.00G,4.00G,2.0x\n", "speed-up", "4x: dense-flops / flops"),
        ("FLOPs ↓ (%),Speed-up\n75.0,2.0x\n", "speed-up", "4x: 1 / (1 - flops-cut)"),
        ("FLOPs,Base FLOPs,FLOPs ↓\n1.00G,4.00G,50.0 %\n", "flops-cut", "75 %: 1 - flops / dense-flops"),
    ],
)
def test_a_contradiction_is_found_with_what_would_be_right(linted, text, rule, right):
    [found] = linted(text).findings
    assert (found.rule, found.right) == (rule, right)


@pytest.mark.parametrize(
    "text",
    [
        "Base,Acc,Δ\n93.53,93.77,+0.24\n",
        "Base,Acc,Δ\n93.53,93.77,+0.25\n",  # 93.5254 and 93.7746 print so
        "Base,Acc,Δ\n93.5,93.77,+0.22\n",
        "Base,Acc,Δ\n0.935,0.925,-1.0 %\n",
        "Sparsity,CR\n90 %,9.7x\n",
        "Sparsity,CR\n100 %,\n",
        "Params (M),Base params (M)\n11.69,11.69\n",
        "Params,Base params (M)\n0.5,11.69\n",
        "Params,Base params\n0.5,11.69M\n",
        "Rank,Acc\n1,93.5\n2,93.5\n3,93.4\n",
        "Rank,Acc\n1,93.5\n1,93.5\n",
        "Model,Rank,Acc\nA,1,70.1\nB,1,80.2\nA,2,69.9\nB,2,79.9\n",
    ],
)
def test_what_can_be_true_is_not_reported(linted, text):
    assert linted(text).findings == ()


def test_rounding_ends_where_the_digits_end(linted):
    assert _found(linted("Base,Acc,Δ\n93.53,93.77,+0.255\n")) == [(1, "difference")]


def test_ranks_hold_within_groups_and_in_the_metrics_direction(linted):
    text = "Task,Rank,Error\nA,1,6.1\nA,2,5.9\nB,1,5.0\nB,2,5.5\n"
    assert _found(linted(text, metric="error")) == [(2, "rank")]
    assert _found(linted(text)) == [(4, "rank")]
    assert len(linted(text, "group=", metric="error").findings) == 2


def test_equal_ranks_need_equal_numbers(linted):
    [found] = linted("Rank,Acc\n1,93.5\n1,92.0\n").findings
    assert (found.row, found.right) == (2, "not level with it: row 1 has rank 1 at pruned 93.5")


def test_ranks_go_by_the_difference_where_that_is_all_there_is(linted):
    assert _found(linted("Rank,Acc drop\n1,0.5\n2,0.1\n")) == [(2, "rank")]


def test_sparsity_of_weights_bounds_the_compression_from_above_alone(linted):
    text = "Sparsity,CR\n99.0 %,86.8x\n99.0 %,120.0x\n"
    assert _found(linted(text, sparsity_of="weights")) == [(2, "compression")]
    assert _found(linted(text)) == [(1, "compression"), (2, "compression")]
    assert "--sparsity-of weights" in linted(text).findings[0].right
    with pytest.raises(UserError, match="no rule applies"):
        linted("Sparsity of units,Method\n50,x\n", "sparsity=", sparsity_of="units")


def test_a_loss_has_no_bounds_and_less_of_it_is_better(linted):
    report = linted("Rank,Perplexity\n1,120.5\n2,130.1\n", "pruned=Perplexity", metric="loss")
    assert report.findings == ()


def test_a_minority_of_networks_is_no_network(linted):
    text = "Params,Kept\n1.00M,10.0%\n2.00M,10.0%\n3.00M,10.0%\n4.00M,10.0%\n"
    assert linted(text).findings == ()


def test_cells_that_are_not_read_are_told(linted):
    report = linted("Method,Base,Acc,Δ\na,93.5,collapsed,\nb,93.5,92.5,-1.0\n")
    assert [(one.row, one.column, one.text) for one in report.unread] == [(1, "Acc", "collapsed")]


def test_a_table_that_no_rule_applies_to_is_refused(linted):
    with pytest.raises(UserError, match="no rule applies"):
        linted("Method,Year\na,2020\n")
