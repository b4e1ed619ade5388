from tests.perf.report import table


def entry(row, ratio, **more):
    info = {
        "row": row,
        "what": "kernel",
        "against": "peer",
        "target": "≥ 5",
        "ratio": ratio,
        "low": 1,
        "high": 9,
    }
    return {"extra_info": info | more}


def test_rows_are_ordered_by_number_and_show_the_ratio_with_its_quartiles():
    lines = table([entry("C10", 8.126), entry("C9", 2.0, seconds=0.0123), {"extra_info": {}}]).splitlines()
    assert lines[0] == "| row | what | against | target | now | ours |"
    assert lines[2:] == [
        "| C9 | kernel | peer | ≥ 5 | 2 (1-9) | 0.0123 s |",
        "| C10 | kernel | peer | ≥ 5 | 8.13 (1-9) |  |",
    ]
