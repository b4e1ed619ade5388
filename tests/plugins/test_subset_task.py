"""`subset`: the first examples of every class, and no others."""

import pytest
import torch

import bench
from bench_tasks.subset import first_by_class
from tests.plugins.pictures import write_idx


def load(root, **params):
    return bench.build("task", "subset", **params)(bench.DataRequest(root, False, seed=0))


def test_the_first_of_each_class_by_hand():
    targets = torch.tensor([2, 0, 2, 1, 1, 0, 2, 0])
    assert first_by_class(targets, 3).tolist() == [0, 1, 3]
    assert first_by_class(targets, 5).tolist() == [0, 1, 3, 4, 5]


def test_a_class_with_too_few_is_said():
    with pytest.raises(bench.UserError, match="class 1 has 1 examples, not 2"):
        first_by_class(torch.tensor([0, 0, 1]), 4)


def test_a_part_of_the_whole_in_its_order(tmp_path):
    write_idx(tmp_path / "MNIST" / "raw")
    whole = bench.build("task", "mnist")(bench.DataRequest(tmp_path, False, seed=0))
    part = load(tmp_path, of="mnist", train=20)
    assert part.train.targets.bincount().tolist() == [2] * 10
    assert torch.equal(part.train.inputs, whole.train.inputs[:20])  # the written labels go round
    assert torch.equal(part.test.inputs, whole.test.inputs)
    assert (part.mean, part.std, part.image_size) == (whole.mean, whole.std, 28)
