"""The built-in losses and penalties against values by hand and torch's own."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from bench.errors import Unsupported
from bench.registry.contracts import BankStep, ObjectiveInput

FORMS = ("hinton", "normalised", "compensated")


def step_of(outputs, targets, answers=None, model=None):
    inputs = torch.zeros(len(outputs), 1)
    teacher = (lambda _: answers) if answers is not None else None
    return ObjectiveInput(model or nn.Linear(1, 1), inputs, outputs, targets, "classification", teacher)


def batch(seed=0, count=6, classes=4):
    generator = torch.Generator().manual_seed(seed)
    outputs = torch.randn(count, classes, generator=generator, dtype=torch.float64).requires_grad_()
    answers = torch.randn(count, classes, generator=generator, dtype=torch.float64) * 2
    return outputs, torch.arange(count) % classes, answers


def softmax(values):
    return [math.exp(value) / sum(map(math.exp, values)) for value in values]


@pytest.mark.parametrize(
    ("form", "soft", "scale"), [("hinton", 4.0, 1.0), ("normalised", 2.0, 1.0), ("compensated", 2.0, 1.75)]
)
def test_two_classes_by_hand(catalog, form, soft, scale):
    """Student (1, 0), teacher (3, −1), label 0, T = 2, w = ¾."""
    student, warm, cool = softmax([1.0, 0.0]), softmax([0.5, 0.0]), softmax([1.5, -0.5])
    divergence = sum(t * math.log(t / s) for t, s in zip(cool, warm, strict=True))
    expected = scale * (0.25 * -math.log(student[0]) + 0.75 * soft * divergence)
    loss = catalog.get("objective", "distillation").make({"form": form, "temperature": 2.0, "w": 0.75})
    outputs, answers = (torch.tensor([row], dtype=torch.float64) for row in ([1.0, 0.0], [3.0, -1.0]))
    assert loss(step_of(outputs, torch.tensor([0]), answers)).item() == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.floats(0.5, 20), st.floats(0.0, 0.99))
def test_normalised_is_equation_1_of_the_paper(catalog, seed, temperature, w):
    outputs, targets, answers = batch(seed)
    alpha = w * temperature / (1 - w)
    kl = functional.kl_div(
        (outputs / temperature).log_softmax(1), (answers / temperature).softmax(1), reduction="batchmean"
    )
    expected = (functional.cross_entropy(outputs, targets) + alpha * kl) / (1 + alpha / temperature)
    loss = catalog.get("objective", "distillation").make(
        {"form": "normalised", "temperature": temperature, "w": w}
    )
    assert loss(step_of(outputs, targets, answers)).item() == pytest.approx(expected.item(), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.floats(0.5, 20), st.floats(0.0, 1.0), st.sampled_from(FORMS))
def test_the_gradient_by_the_logits_mixes_the_two_errors(catalog, seed, temperature, w, form):
    outputs, targets, answers = batch(seed)
    loss = catalog.get("objective", "distillation").make({"form": form, "temperature": temperature, "w": w})
    [gradient] = torch.autograd.grad(loss(step_of(outputs, targets, answers)), outputs)
    hard = outputs.softmax(1) - functional.one_hot(targets, 4)
    soft = (outputs / temperature).softmax(1) - (answers / temperature).softmax(1)
    expected = {
        "normalised": (1 - w) * hard + w * soft,
        "compensated": (1 - w + w * temperature) * ((1 - w) * hard + w * soft),
        "hinton": (1 - w) * hard + w * temperature * soft,
    }[form]
    assert torch.allclose(gradient, expected / len(outputs), atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_without_weight_the_teacher_counts_for_nothing(catalog, form):
    outputs, targets, answers = batch()
    loss = catalog.get("objective", "distillation").make({"form": form, "temperature": 3.0, "w": 0.0})
    plain = catalog.get("objective", "supervised").make({})
    step = step_of(outputs, targets, answers)
    assert loss(step).item() == pytest.approx(plain(step).item(), rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_a_student_that_agrees_with_its_teacher_has_no_soft_loss(catalog, form):
    outputs, targets, _ = batch()
    loss = catalog.get("objective", "distillation").make({"form": form, "temperature": 3.0, "w": 1.0})
    assert loss(step_of(outputs, targets, outputs.detach())).item() == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize(("reduction", "expected"), [("mean", 25 / 6), ("half-sum", 25 / 4)])
def test_squared_residuals_are_a_mean_over_the_batch_and_of_outputs_as_told(catalog, reduction, expected):
    outputs, targets = torch.tensor([[3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]), torch.zeros(2, 3)
    targets[1, 2] = 3.0
    outputs[0, 2] = math.sqrt(3.0)
    step = replace(step_of(outputs, targets), kind="regression")
    loss = catalog.get("objective", "supervised").make({"reduction": reduction})
    assert loss(step).item() == pytest.approx(expected)
    bank = BankStep(
        nn.Linear(1, 1), {}, *(part.unsqueeze(0) for part in (outputs, outputs, targets)), "regression"
    )
    assert loss.rows(bank).tolist() == pytest.approx([expected])


def test_a_classification_knows_no_reduction_over_outputs(catalog):
    outputs, targets, _ = batch()
    one, other = (
        catalog.get("objective", "supervised").make({"reduction": reduction})(step_of(outputs, targets))
        for reduction in ("mean", "half-sum")
    )
    assert one.item() == other.item()


def test_distillation_without_a_teacher_says_so(catalog):
    outputs, targets, _ = batch()
    with pytest.raises(ValueError, match="needs a teacher"):
        catalog.get("objective", "distillation").make({})(step_of(outputs, targets))


def test_distillation_of_a_regression_is_unsupported(catalog):
    step = ObjectiveInput(
        nn.Linear(1, 1), torch.zeros(2, 1), torch.zeros(2, 1), torch.zeros(2, 1), "regression"
    )
    with pytest.raises(Unsupported, match="classifier"):
        catalog.get("objective", "distillation").make({})(step)


@pytest.fixture
def network():
    """Weights 1, −2 | 3, −4 and 0, 5 with biases 10: small enough to add up by hand."""
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).double()
    model[0].weight.data = torch.tensor([[1.0, -2.0], [3.0, -4.0]], dtype=torch.float64)
    model[2].weight.data = torch.tensor([[0.0, 5.0]], dtype=torch.float64)
    model[0].bias.data.fill_(10.0)
    model[2].bias.data.fill_(10.0)
    return model


def penalty(catalog, name, model, **params):
    return catalog.get("objective", name).make(params)(
        step_of(torch.zeros(1, 1), torch.zeros(1), model=model)
    )


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("l1", {}, 15.0),
        ("l1", {"target": "hidden"}, 10.0),
        ("l1", {"target": "all"}, 45.0),
        ("l2", {}, 27.5),
        ("l2", {"target": "hidden"}, 15.0),
        ("l2", {"target": "all"}, 177.5),
        ("l2", {"target": "first"}, 15.0),
        ("group-lasso", {}, math.sqrt(2) * (math.sqrt(5) + 5)),
        ("group-lasso", {"by": "columns"}, math.sqrt(2) * (math.sqrt(10) + math.sqrt(20))),
        ("group-lasso", {"target": "prunable"}, math.sqrt(2) * (math.sqrt(5) + 5 + 5)),
        ("group-lasso", {"target": "first"}, math.sqrt(2) * (math.sqrt(5) + 5)),
        ("group-lasso", {"target": "prunable", "weighting": "none"}, math.sqrt(5) + 5 + 5),
        (
            "group-lasso",
            {"by": "columns", "target": "prunable"},
            math.sqrt(2) * (math.sqrt(10) + math.sqrt(20)) + 5,
        ),
    ],
)
def test_a_penalty_by_hand(catalog, network, name, params, expected):
    assert penalty(catalog, name, network, **params).item() == pytest.approx(expected, rel=1e-12)


def test_groups_of_a_convolution_are_its_filters_and_its_input_channels(catalog):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 5, 2), nn.Conv2d(5, 1, 1)).double()
    weight = model[0].weight
    rows = sum(weight[i].norm() for i in range(5)) * math.sqrt(12)
    columns = sum(weight[:, j].norm() for j in range(3)) * math.sqrt(20)
    assert penalty(catalog, "group-lasso", model).item() == pytest.approx(rows.item(), rel=1e-12)
    assert penalty(catalog, "group-lasso", model, by="columns").item() == pytest.approx(
        columns.item(), rel=1e-12
    )


def test_columns_of_a_grouped_convolution_stay_within_their_groups(catalog):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(4, 6, 3, groups=2), nn.Conv2d(6, 1, 1)).double()
    weight = model[0].weight
    norms = [weight[3 * part : 3 * part + 3, j].norm().item() for part in range(2) for j in range(2)]
    found = penalty(catalog, "group-lasso", model, by="columns").item()
    assert found == pytest.approx(math.sqrt(27) * sum(norms), rel=1e-12)


def test_a_group_of_zeros_has_a_gradient_of_zero(catalog, network):
    network[0].weight.data[0] = 0.0
    penalty(catalog, "group-lasso", network).backward()
    assert torch.equal(network[0].weight.grad[0], torch.zeros(2, dtype=torch.float64))
    assert torch.isfinite(network[0].weight.grad).all()


def test_a_shared_weight_counts_once(catalog, network):
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 1)).double()
    model[1].weight = model[0].weight
    expected = model[0].weight.abs().sum() + model[2].weight.abs().sum()
    assert penalty(catalog, "l1", model).item() == pytest.approx(expected.item(), rel=1e-12)


def test_a_parametrized_weight_is_taken_as_it_acts(catalog, network):
    parametrizations.weight_norm(network[0])
    assert penalty(catalog, "l1", network).item() == pytest.approx(15.0)
    penalty(catalog, "l1", network).backward()
    scale = network[0].parametrizations.weight.original0
    assert torch.allclose(scale.grad.flatten(), torch.tensor([3 / math.sqrt(5), 7 / 5], dtype=torch.float64))


def test_l2_has_the_gradient_of_weight_decay(catalog, network):
    (0.1 * penalty(catalog, "l2", network, target="all")).backward()
    assert all(torch.allclose(part.grad, 0.1 * part) for part in network.parameters())


def test_the_documentation_lists_every_objective(catalog):
    text = (Path(__file__).parents[2] / "docs" / "objectives.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ", text, re.MULTILINE)
    assert sorted(rows) == sorted(offer.component.name for offer in catalog.of_kind("objective"))
