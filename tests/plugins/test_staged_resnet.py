from __future__ import annotations

import pytest
import torch

from bench.errors import UserError

HUNDRED = {"num_classes": 100, "in_channels": 3, "image_size": 32}


def made(catalog, name, **params):
    torch.manual_seed(0)
    return catalog.get("model", name).make({**params, **HUNDRED})


def count(model):
    return sum(part.numel() for part in model.parameters())


def test_teacher_and_student_of_cifar_100_have_their_published_sizes(catalog):
    assert count(made(catalog, "cifar-resnet")) == 1_109_240
    assert count(made(catalog, "resnet8")) == 83_892
    narrow = made(catalog, "cifar-resnet", blocks=[1, 1, 1, 1], widths=[16, 16, 32, 64])
    assert count(narrow) == 88_852


def test_three_stages_of_one_block_are_resnet_8(catalog):
    one, other = (
        made(catalog, "cifar-resnet", blocks=[1, 1, 1], widths=[16, 32, 64]),
        made(catalog, "resnet8"),
    )
    assert all(
        torch.equal(ours, theirs)
        for ours, theirs in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )
    x = torch.randn(2, 3, 32, 32)
    assert torch.equal(one.eval()(x), other.eval()(x))


@pytest.mark.parametrize(("blocks", "widths"), [([2, 2], [16]), ([], [])])
def test_each_stage_has_a_width(catalog, blocks, widths):
    with pytest.raises(UserError, match="widths"):
        made(catalog, "cifar-resnet", blocks=blocks, widths=widths)
