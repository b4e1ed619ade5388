"""What the fuzzer does to trees of plain data."""

import random

import pytest

from tests.fuzz.trees import changed


@pytest.mark.parametrize(
    "number", [3, -1, 0.5, 10**400, 10**5000], ids=["3", "-1", "0.5", "10^400", "10^5000"]
)
def test_a_number_of_any_size_can_be_changed(number):
    whole = {"number": number}
    for seed in range(200):
        changed(whole, (whole,), random.Random(seed))
    assert whole == {"number": number}


def test_a_change_changes_something():
    whole = {"name": "digits", "seed": [0, 1], "recipe": {"lr": 0.1}}
    trees = [changed(whole, (whole,), random.Random(seed)) for seed in range(50)]
    assert sum(tree != whole for tree in trees) > 25
