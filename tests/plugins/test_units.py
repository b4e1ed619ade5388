"""Unit pruners by hand, and their place in the harness."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.nn import functional

import bench_units
import bench_weight_decay
from bench import PruneInput, Unsupported
from bench.engine.prunable import prunable_layers
from bench.engine.prune import PruneJob, pruning
from bench.engine.pruned import apply_pruning
from bench.measure import shrink
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet

PRUNERS = {pruner.name: pruner for pruner in bench_units.bench_pruners()}
TEACHERLESS = [name for name in PRUNERS if name not in ("specialization", "merge")]
NETWORKS = {
    "lenet-300-100": (lambda: LeNet300(10, 1, 8), (1, 8, 8)),
    "lenet-5": (lambda: LeNet5(10, 1, 28), (1, 28, 28)),
    "resnet8": (lambda: CifarResNet(1, 10, 3), (3, 8, 8)),
}


class Perceptron(nn.Sequential):
    """Two inputs, three hidden units, two classes; weights by hand."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
        with torch.no_grad():
            self[0].weight.copy_(torch.tensor([[3.0, 4.0], [1.0, 0.0], [-2.0, 0.0]]))
            self[2].weight.copy_(torch.tensor([[1.0, 0.0, 3.0], [0.0, 1.0, -4.0]]))
            for layer in (self[0], self[2]):
                layer.bias.zero_()


def given_for(
    model: nn.Module, shape: tuple[int, ...], seed: int = 0, dtype: torch.dtype = torch.float32
) -> PruneInput:
    generator = torch.Generator().manual_seed(9)
    images = torch.rand(32, *shape, generator=generator).to(dtype)
    return PruneInput(
        model=model.eval(),
        layers=prunable_layers(model, include_output=True),
        generator=torch.Generator().manual_seed(seed),
        batch=lambda size: (images[:size], torch.zeros(size, dtype=torch.int64)),
        loss=functional.cross_entropy,
    )


def scores(name: str, model: nn.Module, shape: tuple[int, ...], **params: object) -> dict[str, torch.Tensor]:
    return PRUNERS[name].make(params)(given_for(model, shape))


def test_norms_by_hand() -> None:
    def found(**params: object) -> list[float]:
        return scores("unit-norm", Perceptron(), (2,), **params)["0"].tolist()

    assert found() == [5.0, 1.0, 2.0]
    assert found(p=1.0) == [7.0, 1.0, 2.0]
    assert found(side="outgoing") == pytest.approx([1.0, 1.0, 5.0])
    assert found(side="outgoing", p=1.0) == pytest.approx([1.0, 1.0, 7.0])
    assert found(side="product") == pytest.approx([5.0, 1.0, 10.0])


def test_activations_by_hand() -> None:
    model, given = Perceptron(), given_for(Perceptron(), (2,))
    inputs, _ = given.batch(5)
    expected = (inputs @ model[0].weight.T).clamp_min(0).mean(0)
    found = scores("activation", model, (2,), examples=5)["0"]
    assert torch.allclose(found, expected)
    assert found[2] == 0.0


def test_activations_may_be_weighted_by_who_reads_them() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    plain, weighted = (
        scores("activation", model, (2,), examples=5, weighting=weighting)["0"]
        for weighting in ("none", "fan-out")
    )
    torch.testing.assert_close(weighted, plain * model[2].weight.norm(dim=0))


def test_activations_are_taken_behind_the_normalisation_and_over_all_places() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2, eps=0.0), nn.Flatten())
    model.append(nn.Linear(18, 2))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([1.0, 1.0]).view(2, 1, 1, 1))
        model[1].weight.copy_(torch.tensor([-1.0, 2.0]))
    inputs, _ = given_for(Perceptron(), (1, 3, 3)).batch(32)
    found = scores("activation", model, (1, 3, 3))["0"]
    assert found.tolist() == pytest.approx([0.0, 2 * float(inputs.mean())])


def test_scales_by_hand() -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 1))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([0.5, -2.0, 1.0]))
    found = scores("bn-scale", model, (1, 4, 4))
    assert found["0"].tolist() == [0.5, 2.0, 1.0]
    assert found["3"].tolist() == [float("inf")] * 2


def test_without_any_normalisation_there_is_no_scale() -> None:
    with pytest.raises(Unsupported, match="no layer has a batch normalisation"):
        scores("bn-scale", Perceptron(), (2,))


def test_chance_follows_the_trials_seed_alone() -> None:
    scorer = PRUNERS["unit-random"].make({})
    one, same, other = (scorer(given_for(Perceptron(), (2,), seed))["0"] for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_weight_decay_baseline_of_units_brings_its_recipe() -> None:
    pruner = {found.name: found for found in bench_weight_decay.bench_pruners()}["weight-decay-units"]
    found = pruner.make({})(given_for(Perceptron(), (2,)))
    assert found["0"].tolist() == [5.0, 1.0, 2.0]
    assert pruner.recipe is not None
    assert pruner.recipe(pruner.resolve({"weight_decay": 0.5})) == {"train.weight_decay": 0.5}


def cases() -> Iterator[tuple[str, str, dict[str, object]]]:
    for network in NETWORKS:
        for name in TEACHERLESS:
            if name != "bn-scale" or network == "resnet8":
                yield network, name, {}
        yield network, "unit-norm", {"side": "product", "scope": "layer"}
        yield network, "unit-norm", {"side": "outgoing", "scope": "layer", "budget": "units"}


@pytest.mark.parametrize(("network", "name", "params"), list(cases()))
def test_what_is_masked_can_be_shrunk_without_changing_the_outputs(
    network: str, name: str, params: dict[str, object]
) -> None:
    pytest.importorskip("torch_pruning")
    build, shape = NETWORKS[network]
    torch.manual_seed(0)
    model = build()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for part in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(part, 0.5, 1.5)
    given = given_for(model, shape)
    pruner = PRUNERS[name]
    job = PruneJob(pruner, pruner.resolve(params), 0, given, given.batch(1)[0])
    pruned = pruning(job, [0.6], check_repeat=True)(0.6)
    masked = copy.deepcopy(model)
    apply_pruning(masked, pruned)
    small, difference = shrink(masked, given.batch(1)[0])
    assert difference <= 1e-12
    count = sum(part.numel() for part in small.parameters())
    nonzero = sum(int(part.count_nonzero()) for part in masked.parameters())
    if network == "resnet8":  # channels that a sum ties stay until all their partners are silent
        assert nonzero <= count < sum(part.numel() for part in model.parameters())
    else:
        assert count == nonzero


@pytest.mark.parametrize("sparsity", [0.5, 0.999])
def test_the_outputs_stay(sparsity: float) -> None:
    model = LeNet300(10, 1, 8)
    given, pruner = given_for(model, (1, 8, 8)), PRUNERS["unit-norm"]
    with torch.no_grad():
        model.fc3.weight.mul_(1e-6)  # the least of all units
    job = PruneJob(pruner, pruner.resolve({}), 0, given, given.batch(1)[0])
    pruned = pruning(job, [sparsity], check_repeat=False)(sparsity)
    assert pruned.units.keys() == {"fc1", "fc2"}
    assert "fc3.bias" not in pruned.extra
    rows = pruned.masks["fc3"]
    assert torch.equal(rows, rows[:1].expand_as(rows))
