from itertools import pairwise

import pytest
import torch
from torch.nn.utils import prune

SIDES = ("dense", "foreach masks", "nn.utils.prune")


def training_step(side):
    """Build LeNet-300-100 and return a step on one fixed batch, with the weights that it trains."""
    torch.manual_seed(0)
    linears = [torch.nn.Linear(m, n) for m, n in pairwise((784, 300, 100, 10))]
    model = torch.nn.Sequential(linears[0], torch.nn.ReLU(), linears[1], torch.nn.ReLU(), linears[2])
    masks = [(torch.rand_like(linear.weight) > 0.9).float() for linear in linears]
    weights = [linear.weight for linear in linears]
    if side == "nn.utils.prune":
        for linear, mask in zip(linears, masks, strict=True):
            prune.custom_from_mask(linear, "weight", mask)
    elif side == "foreach masks":
        with torch.no_grad():
            torch._foreach_mul_(weights, masks)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    images, labels = torch.randn(128, 784), torch.randint(10, (128,))

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
        if side == "foreach masks":
            with torch.no_grad():
                torch._foreach_mul_(weights, masks)

    return step, linears


@pytest.mark.parametrize("side", SIDES[1:])
def test_a_masked_step_trains_the_same_sparse_weights_either_way(compare, side):
    trained = {}
    for name in SIDES[1:]:
        step, linears = training_step(name)
        for _ in range(3):
            step()
        model = torch.nn.Sequential(*linears)
        trained[name] = [linear.weight for linear in model]
        if name == "nn.utils.prune":
            trained[name] = [linear.weight_orig * linear.weight_mask for linear in linears]
    for ours, theirs in zip(trained["foreach masks"], trained["nn.utils.prune"], strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)
        assert (ours == 0).float().mean() > 0.85
    steps = 100 if compare.timed else 1
    masked, dense = training_step(side)[0], training_step("dense")[0]
    compare(
        lambda: [masked() for _ in range(steps)],
        lambda: [dense() for _ in range(steps)],
        row="C5",
        what=f"LeNet-300-100 step with {side}",
        against="dense step",
        target="≤ 1.02" if side == "foreach masks" else "1.19 seen",
    )
