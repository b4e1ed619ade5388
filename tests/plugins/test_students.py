"""Students of a teacher: how they start, what of them stays frozen, and the convolutional teacher."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

import bench
from bench.engine.fold import fold
from bench.engine.train import train
from bench_tasks.conv_teacher import conv_teach, conv_teacher_weights
from tests.unit.engine.bank.pieces import data_of, training_of


def build(catalog, name, inputs=10, side=1, **params):
    shape = {"num_classes": 1, "in_channels": inputs, "image_size": side}
    torch.manual_seed(0)
    return catalog.get("model", name).make(params | shape)


@pytest.mark.parametrize(("name", "shape", "fans"), [("mlp", (300, 1), 600), ("convnet", (40, 3), 9 * 340)])
def test_glorot_weights_fill_their_range_and_biases_are_zero(catalog, name, shape, fans):
    widths = {"hidden" if name == "mlp" else "channels": [300]}
    model = build(catalog, name, *shape, **widths, init="glorot")
    first = next(model.children())
    bound = (6 / fans) ** 0.5
    assert 0.99 * bound < first.weight.max() <= bound
    assert -bound <= first.weight.min() < -0.99 * bound
    assert torch.count_nonzero(first.bias) == 0


@pytest.mark.parametrize(("name", "shape"), [("mlp", (300, 1)), ("convnet", (40, 3))])
def test_normal_weights_have_their_deviation_and_biases_are_zero(catalog, name, shape):
    widths = {"hidden" if name == "mlp" else "channels": [300]}
    model = build(catalog, name, *shape, **widths, init="normal", std=0.005)
    weight = next(model.children()).weight.detach()
    assert float(weight.mean()) == pytest.approx(0.0, abs=1e-4)
    assert float(weight.std()) == pytest.approx(0.005, rel=0.02)
    assert float((weight.abs() < 0.005).float().mean()) == pytest.approx(0.6827, abs=0.01)
    assert not any(p.any() for part, p in model.named_parameters() if part.endswith("bias"))


def test_ones_are_frozen_and_all_else_is_trained(catalog):
    model = build(catalog, "mlp", hidden=[6, 4], output="ones")
    assert torch.equal(model.fc3.weight, torch.ones(1, 4))
    assert [name for name, p in model.named_parameters() if not p.requires_grad] == ["fc3.weight"]


@pytest.mark.parametrize("parametrization", ["direct", "spectral"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_training_moves_no_frozen_weight(catalog, parametrization, optimizer, average):
    model = build(catalog, "mlp", hidden=[6, 4], bias=False, output="ones")
    catalog.get("parametrization", parametrization).make({})(model)
    before = model.fc2.weight.detach().clone()
    keys = {"optimizer": optimizer, "lr": 0.01, "weight_decay": 0.1, "ema_decay": average}
    one = training_of(catalog, model, data_of(10, 1), 0, **keys)
    train(one.model, one.data, one.course)
    fold(model)
    assert torch.equal(model.fc3.weight, torch.ones(1, 4))
    assert not model.fc3.weight.requires_grad
    assert not torch.equal(model.fc2.weight, before)
    assert [name for name, _ in model.named_parameters()] == ["fc1.weight", "fc2.weight", "fc3.weight"]


def test_a_convnet_has_a_unit_of_output_for_each_pixel_that_is_left(catalog):
    model = build(catalog, "convnet", 2, 6, channels=[32, 6], bias=False, output="ones")
    shapes = [tuple(p.shape) for p in model.parameters()]
    assert shapes == [(32, 2, 3, 3), (6, 32, 3, 3), (1, 24)]
    assert model(torch.zeros(5, 2, 6, 6)).shape == (5, 1)


def test_a_convnet_says_when_images_are_too_small(catalog):
    with pytest.raises(bench.UserError, match="2 unpadded"):
        build(catalog, "convnet", 2, 4, channels=[3, 3])


def teacher(seed=3, **params):
    small = {"train": 12, "test": 8}
    return bench.build("task", "conv-teacher", **small | params)(
        bench.DataRequest(None, download=False, seed=seed)
    )


def test_the_conv_teacher_is_a_convnet_of_its_own_weights(catalog):
    params = catalog.get("task", "conv-teacher").resolve({})
    weights = conv_teacher_weights(params, torch.Generator().manual_seed(3))
    model = build(catalog, "convnet", 2, 6, channels=[8, 6], bias=False).double()
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(weight)
    data = teacher()
    assert torch.allclose(model(data.test.inputs.double()).float(), data.test.targets, atol=1e-5)
    assert (data.kind, data.in_channels, data.image_size) == ("regression", 2, 6)


def test_a_conv_teacher_worked_by_hand():
    kernel = torch.zeros(1, 1, 3, 3)
    kernel[0, 0, 1, 1] = 2.0
    images = torch.arange(16.0).view(1, 1, 4, 4) - 6
    assert conv_teach([kernel, torch.ones(1, 4)], images).item() == 2 * (3 + 4)


def test_conv_teachers_weights_are_glorot_uniform():
    weights = conv_teacher_weights(
        {"in_channels": 20, "size": 5, "channels": [40, 3]}, torch.Generator().manual_seed(0)
    )
    bound = (6 / (9 * 60)) ** 0.5
    assert 0.99 * bound < weights[0].abs().max() <= bound
    assert torch.equal(weights[-1], torch.ones(1, 3))


def test_noise_comes_on_top_and_each_seed_has_its_own_teacher():
    assert not torch.equal(teacher(seed=4).test.targets, teacher().test.targets)
    quiet, noisy = teacher(), teacher(noise=0.5)
    assert torch.equal(quiet.train.inputs, noisy.train.inputs)
    spread = float((noisy.train.targets - quiet.train.targets).std())
    assert 0.2 < spread < 0.9


@pytest.mark.parametrize(
    ("params", "said"), [({"channels": []}, "empty"), ({"size": 4}, "size of at least 5")]
)
def test_a_conv_teacher_that_cannot_be_is_refused(params, said):
    with pytest.raises(bench.UserError) as caught:
        teacher(**params)
    assert said in f"{caught.value} {caught.value.hint}"


def test_the_first_layer_of_a_convnet_takes_the_spectral_form(catalog):
    model = build(catalog, "convnet", 2, 6, channels=[5, 4], init="glorot", output="ones")
    images = torch.randn(3, 2, 6, 6)
    plain = functional.conv2d(images, model.conv1.weight, model.conv1.bias)
    catalog.get("parametrization", "spectral").make({"layers": "first"})(model)
    assert torch.equal(model.conv1(images), plain)
    assert [name for name, p in model.named_parameters() if p.ndim == 1 and "original" in name] == [
        "conv1.parametrizations.weight.original1"
    ]
