"""The spectral parametrization by hand: its formulas, its pruners, its penalties, its learning rates."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

import bench_spectral
from bench import ObjectiveInput, PruneInput, Unsupported
from bench.engine.fold import fold
from bench.engine.optim import build_optimizer, set_rate
from bench.engine.prunable import prunable_layers
from bench.registry.catalog import Catalog
from bench.suite.recipe import StageRecipe
from bench.testing.conformance import component_checks
from bench_models.lenet import LeNet5
from bench_models.resnet import CifarResNet

[SPECTRAL] = bench_spectral.bench_parametrizations()
PRUNERS = {pruner.name: pruner for pruner in bench_spectral.bench_pruners()}
PENALTIES = {penalty.name: penalty for penalty in bench_spectral.bench_objectives()}
WEIGHT = torch.tensor([[1.0, 2.0, -2.0], [0.5, 0.0, 1.0]])


def tiny(**params: object) -> nn.Sequential:
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))
    with torch.no_grad():
        model[0].weight.copy_(WEIGHT)
    SPECTRAL.make(params)(model)
    return model.eval()


def originals(module: nn.Module) -> list[torch.Tensor]:
    return list(module.parametrizations.weight.parameters())


def given_for(model: nn.Module) -> PruneInput:
    return PruneInput(
        model=model.eval(),
        layers=prunable_layers(model, include_output=True),
        generator=torch.Generator().manual_seed(0),
        batch=lambda size: (torch.ones(size, 3), torch.zeros(size, dtype=torch.int64)),
        loss=functional.cross_entropy,
    )


def scores(name: str, model: nn.Module) -> dict[str, list[float]]:
    return {key: score.tolist() for key, score in PRUNERS[name].make({})(given_for(model)).items()}


def test_output_eigenvalues_multiply_rows() -> None:
    model = tiny()
    vectors, out = originals(model[0])
    assert torch.equal(vectors, WEIGHT)
    assert out.tolist() == [-1.0, -1.0]
    out.data = torch.tensor([3.0, -0.5])
    assert model[0].weight.tolist() == [[-3.0, -6.0, 6.0], [0.25, 0.0, 0.5]]


def test_input_eigenvalues_alone_gate_columns() -> None:
    model = tiny(eigenvalues="in")
    _, into = originals(model[0])
    assert into.tolist() == [1.0, 1.0, 1.0]
    into.data = torch.tensor([2.0, 0.0, 1.0])
    assert model[0].weight.tolist() == [[2.0, 0.0, -2.0], [1.0, 0.0, 1.0]]


def test_both_sides_are_subtracted() -> None:
    model = tiny(eigenvalues="both")
    _, out, into = originals(model[0])
    assert (out.tolist(), into.tolist()) == ([-1.0, -1.0], [0.0, 0.0, 0.0])
    out.data, into.data = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0, 2.0])
    # λ_in,j - λ_out,i is [[0, 2, 1], [-1, 1, 0]]
    assert model[0].weight.tolist() == [[0.0, 4.0, -2.0], [-0.5, 0.0, 0.0]]


def test_as_a_gate_both_sides_are_multiplied() -> None:
    model = tiny(eigenvalues="both", form="gate")
    _, out, into = originals(model[0])
    assert (out.tolist(), into.tolist()) == ([-1.0, -1.0], [1.0, 1.0, 1.0])
    out.data, into.data = torch.tensor([-1.0, 2.0]), torch.tensor([1.0, 0.0, 2.0])
    assert model[0].weight.tolist() == [[1.0, 0.0, -4.0], [-1.0, 0.0, -4.0]]


def test_a_grouped_convolution_has_an_eigenvalue_a_channel() -> None:
    model = nn.Sequential(nn.Conv2d(4, 6, 1, groups=2), nn.Flatten(), nn.Linear(6, 2))
    weight = model[0].weight.detach().clone()
    SPECTRAL.make({"eigenvalues": "both", "form": "gate"})(model)
    _, out, into = originals(model[0])
    out.data, into.data = -torch.arange(1.0, 7.0), torch.tensor([1.0, 10.0, 100.0, 1000.0])
    for o in range(6):
        for c in range(2):
            expected = weight[o, c] * (o + 1) * into[2 * (o // 3) + c]
            assert torch.allclose(model[0].weight[o, c], expected)


@settings(max_examples=30, deadline=None)
@given(
    eigenvalues=st.sampled_from(["out", "in", "both"]),
    form=st.sampled_from(["additive", "gate"]),
    layers=st.sampled_from(["all", "hidden", "first"]),
    seed=st.integers(0, 99),
)
def test_folding_undoes_applying_to_the_bit(eigenvalues: str, form: str, layers: str, seed: int) -> None:
    torch.manual_seed(seed)
    model = LeNet5(10, 1, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    SPECTRAL.make({"eigenvalues": eigenvalues, "form": form, "layers": layers})(model)
    after = fold(copy.deepcopy(model)).state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


@pytest.mark.parametrize("eigenvalues", ["out", "in", "both"])
@pytest.mark.parametrize("form", ["additive", "gate"])
@pytest.mark.parametrize("layers", ["all", "hidden", "first"])
def test_every_choice_passes_the_kit(eigenvalues: str, form: str, layers: str, catalog: Catalog) -> None:
    choice = {"eigenvalues": eigenvalues, "form": form, "layers": layers}
    for check in component_checks(SPECTRAL, choice, catalog):
        check.run()


def test_the_layers_to_treat_can_be_chosen() -> None:
    def spectral(layers: str) -> list[str]:
        model = LeNet5(10, 1, 8)
        SPECTRAL.make({"layers": layers})(model)
        return [name for name, module in model.named_modules() if hasattr(module, "parametrizations")]

    assert spectral("all") == ["conv1", "conv2", "fc1", "fc2"]
    assert spectral("hidden") == ["conv1", "conv2", "fc1"]
    assert spectral("first") == ["conv1"]


def test_before_a_normalisation_its_scale_is_the_eigenvalue() -> None:
    model = CifarResNet(1, 10, 3)
    SPECTRAL.make({})(model)
    names = dict(model.named_parameters())
    assert "conv1.parametrizations.weight.original" in names
    assert "conv1.parametrizations.weight.original1" not in names
    assert "fc.parametrizations.weight.original1" in names
    with torch.no_grad():
        model.bn1.weight.copy_(-torch.arange(16.0))
    assert scores("eigenvalue", model)["conv1"] == list(map(float, range(16)))
    assert scores("eigenvalue-norm", model)["conv1"] == list(map(float, range(16)))


def test_a_model_that_cannot_be_followed_is_unsupported_where_it_normalises() -> None:
    class Branching(nn.Module):
        def __init__(self, norm: nn.Module) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(1, 2, 1), norm

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.norm(self.conv(x)) if x.sum() > 0 else x

    with pytest.raises(Unsupported, match=r"torch\.fx cannot follow the model"):
        SPECTRAL.make({})(Branching(nn.BatchNorm2d(2)))
    model = Branching(nn.Identity())
    SPECTRAL.make({})(model)
    assert hasattr(model.conv, "parametrizations")


def test_eigenvalues_rank_units() -> None:
    model = tiny()
    originals(model[0])[1].data = torch.tensor([0.5, -2.0])
    assert scores("eigenvalue", model)["0"] == [0.5, 2.0]
    # |λ|·‖φ‖: 0.5·3 and 2·√1.25, which are the norms of the rows of the weight
    assert scores("eigenvalue-norm", model)["0"] == pytest.approx([1.5, 2 * 1.25**0.5])
    assert scores("eigenvalue-norm", model)["0"] == pytest.approx(model[0].weight.norm(dim=1).tolist())


def test_units_of_layers_without_eigenvalues_go_last() -> None:
    assert scores("eigenvalue", tiny(layers="first")) == {"0": [1.0, 1.0], "2": [float("inf")] * 2}


@pytest.mark.parametrize("name", PRUNERS)
def test_without_output_eigenvalues_there_is_nothing_to_rank_by(name: str) -> None:
    with pytest.raises(Unsupported, match="no layer has output eigenvalues"):
        scores(name, nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2)))
    with pytest.raises(Unsupported, match="no layer has output eigenvalues"):
        scores(name, tiny(eigenvalues="in"))


def test_eigenvalues_that_are_not_numbers_are_refused() -> None:
    model = tiny()
    originals(model[0])[1].data[0] = torch.nan
    with pytest.raises(ValueError, match="of 0 are not finite"):
        scores("eigenvalue", model)


def penalty(name: str, model: nn.Module, **params: object) -> float:
    inputs, targets = torch.ones(2, 3), torch.zeros(2, dtype=torch.int64)
    step = ObjectiveInput(model, inputs, model(inputs), targets, "classification")
    value = PENALTIES[name].make(params)(step)
    assert value.requires_grad
    return float(value.detach())


def test_penalties_are_sums_of_squares() -> None:
    model = tiny(eigenvalues="both")
    originals(model[0])[1].data = torch.tensor([3.0, 1.0])
    originals(model[0])[2].data = torch.tensor([0.0, 2.0, 0.0])
    assert penalty("eigenvalue-l2", model, layers="first") == 9 + 1 + 4
    assert penalty("eigenvalue-l2", model) == 9 + 1 + 4 + 2
    assert penalty("eigenvector-l2", model, layers="first") == 9 + 1.25
    last = float(originals(model[2])[0].detach().square().sum())
    assert penalty("eigenvector-l2", model) == pytest.approx(9 + 1.25 + last)


def test_of_a_direct_layer_the_weights_are_penalised_and_there_are_no_eigenvalues() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))
    with torch.no_grad():
        model[0].weight.copy_(WEIGHT)
    assert penalty("eigenvector-l2", model, layers="first") == 9 + 1.25
    with pytest.raises(Unsupported, match="no layer has eigenvalues"):
        penalty("eigenvalue-l2", model)


def test_a_normalisations_scale_is_penalised_as_an_eigenvalue() -> None:
    model = CifarResNet(1, 10, 3)
    SPECTRAL.make({})(model)
    images = torch.ones(2, 3, 8, 8)
    step = ObjectiveInput(model, images, model(images), torch.zeros(2), "classification")
    assert float(PENALTIES["eigenvalue-l2"].make({"layers": "first"})(step).detach()) == 16.0


def test_eigenvalues_and_eigenvectors_have_learning_rates_of_their_own() -> None:
    params = {"eigenvalue_lr": 3.0, "eigenvector_lr": 0.5}
    model = tiny(**params)
    optimizer = build_optimizer(model, StageRecipe(lr=0.1), SPECTRAL.learning_rates(params, model))
    set_rate(optimizer, 0.1)
    names = {id(part): name for name, part in model.named_parameters()}
    rates = {names[id(part)]: group["lr"] for group in optimizer.param_groups for part in group["params"]}
    assert rates == {
        "0.bias": 0.1,
        "2.bias": 0.1,
        "0.parametrizations.weight.original0": 0.05,
        "2.parametrizations.weight.original0": 0.05,
        "0.parametrizations.weight.original1": pytest.approx(0.3),
        "2.parametrizations.weight.original1": pytest.approx(0.3),
    }


def test_a_normalisations_scale_has_the_learning_rate_of_eigenvalues() -> None:
    model = CifarResNet(1, 10, 3)
    SPECTRAL.make({})(model)
    rates = SPECTRAL.learning_rates({"eigenvalue_lr": 2.0}, model)
    assert rates["layer2.0.shortcut.1.weight"] == 2.0
    assert rates["layer2.0.shortcut.0.parametrizations.weight.original"] == 1.0
