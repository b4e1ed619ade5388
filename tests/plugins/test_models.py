"""The networks are those of the literature: parameters, shapes, and the sizes that they take.

Counts: LeCun et al. 1998 in the Caffe form for the LeNets, as Han et al. (arXiv 1506.02626, table 1) give
them, 267k and 431k; He et al. (arXiv 1512.03385, table 6) 0.27 M for ResNet-20, 0.46 M for ResNet-32 and
0.85 M for ResNet-56, all with shortcuts that are padded; Liu et al. (arXiv 1810.05270) 20.04 M for VGG-19.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import timm
import torch
from torch import nn

import bench
from bench.engine.prunable import prunable_layers
from bench.errors import UserError

MNIST, CIFAR = (1, 28), (3, 32)


def build(catalog, model, /, channels=3, size=32, classes=10, **params):
    shape = {"num_classes": classes, "in_channels": channels, "image_size": size}
    torch.manual_seed(0)
    return catalog.get("model", model).make({**params, **shape})


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("name", "image", "parameters"),
    [
        ("lenet-300-100", MNIST, 266_610),
        ("lenet-5", MNIST, 431_080),
        ("mlp", MNIST, 266_610),
        ("conv4", CIFAR, 113_226),
        ("convnet", CIFAR, 47_712),
        ("resnet8", CIFAR, 78_042),
        ("resnet20", CIFAR, 272_474),
        ("resnet32", CIFAR, 466_906),
        ("resnet56", CIFAR, 855_770),
        ("resnet18", CIFAR, 11_173_962),
        ("resnet50", CIFAR, 23_520_842),
        ("vgg16", CIFAR, 14_728_266),
        ("vgg19", CIFAR, 20_040_522),
    ],
)
def test_parameters_are_as_many_as_the_literature_counts(catalog, name, image, parameters):
    assert count(build(catalog, name, *image)) == parameters


@pytest.mark.parametrize(
    ("name", "parameters"), [("resnet20", 269_722), ("resnet32", 464_154), ("resnet56", 853_018)]
)
def test_with_padded_shortcuts_they_are_those_of_he_et_al(catalog, name, parameters):
    assert count(build(catalog, name, shortcut="pad")) == parameters


@pytest.mark.parametrize(("name", "depth"), [("resnet20", 19), ("resnet32", 31), ("resnet56", 55)])
def test_a_cifar_resnet_has_as_many_3_by_3_convolutions_as_its_name_says_less_the_output(
    catalog, name, depth
):
    kernels = [m.kernel_size for m in build(catalog, name).modules() if isinstance(m, nn.Conv2d)]
    assert kernels.count((3, 3)) == depth


@pytest.mark.parametrize(
    ("name", "image", "params", "compression"),
    [
        ("lenet-300-100", MNIST, {}, 86.8),
        ("resnet18", CIFAR, {}, 92.2),
        ("vgg19", CIFAR, {}, 92.5),
        ("resnet20", CIFAR, {"shortcut": "pad"}, 66.3),
        ("resnet20", CIFAR, {}, 63.6),
    ],
)
def test_99_percent_of_the_prunable_weights_are_not_a_compression_of_100(
    catalog, name, image, params, compression
):
    """Prunable are the weights of all linear layers and convolutions, the output layer's with them."""
    model = build(catalog, name, *image, **params)
    weights = sum(layer.weight.numel() for layer in prunable_layers(model, include_output=True).values())
    assert count(model) / (count(model) - round(0.99 * weights)) == pytest.approx(compression, abs=0.06)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [8, 9, 28, 32, 64])
def test_every_network_takes_grey_and_coloured_images_of_8_to_64_pixels(catalog, channels, size):
    images = torch.randn(2, channels, size, size)
    for offer in catalog.of_kind("model"):
        name = offer.component.name
        given = {"timm": {"name": "mobilenetv3_small_100"}, "conv4": {"padding": 1}}.get(name, {})
        model = build(catalog, name, channels, size, classes=7, **given).eval()
        with torch.no_grad():
            outputs = model(images)
        assert outputs.shape == (2, 7), name
        assert torch.isfinite(outputs).all(), name


@pytest.mark.parametrize("hidden", [[], [5], [30, 20, 10]])
@pytest.mark.parametrize("bias", [True, False])
def test_a_perceptron_has_the_widths_it_is_given(catalog, hidden, bias):
    model = build(catalog, "mlp", 2, 4, hidden=hidden, bias=bias)
    layers = [layer for layer in model.children() if isinstance(layer, nn.Linear)]
    assert [layer.in_features for layer in layers] == [32, *hidden]
    assert [layer.out_features for layer in layers] == [*hidden, 10]
    assert {layer.bias is not None for layer in layers} == {bias}
    assert model(torch.ones(3, 2, 4, 4)).shape == model(torch.ones(3, 32)).shape == (3, 10)


def test_a_perceptron_is_affine_between_its_rectifiers(catalog):
    model = build(catalog, "mlp", 4, 1, hidden=[6])
    x = torch.randn(5, 4)
    by_hand = (
        torch.clamp(x @ model.fc1.weight.T + model.fc1.bias, min=0) @ model.fc2.weight.T + model.fc2.bias
    )
    assert torch.allclose(model(x), by_hand, atol=1e-6)


def test_the_mlp_of_300_and_100_units_computes_what_lenet_300_100_does(catalog):
    lenet, mlp = build(catalog, "lenet-300-100", *MNIST), build(catalog, "mlp", *MNIST)
    mlp.load_state_dict(lenet.state_dict())
    x = torch.randn(3, 1, 28, 28)
    assert torch.equal(mlp(x), lenet(x))


def test_a_vgg_can_be_made_narrower(catalog):
    model = build(catalog, "vgg19", width=0.125)
    widths = [module.out_channels for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert widths == [8] * 2 + [16] * 2 + [32] * 4 + [64] * 8
    assert count(model) == pytest.approx(20_040_522 / 64, rel=0.02)


@pytest.mark.parametrize(("size", "pools"), [(8, 2), (15, 2), (16, 3), (28, 3), (32, 4), (64, 4)])
def test_a_vgg_pools_only_where_more_than_a_pixel_is_left(catalog, size, pools):
    assert sum(build(catalog, "vgg16", size=size, width=0.02).pools) == pools


@pytest.mark.parametrize(("params", "least"), [({}, 9), ({"padding": 1}, 2)])
def test_conv4_says_how_large_an_image_it_needs(catalog, params, least):
    assert build(catalog, "conv4", 1, least, **params)(torch.ones(2, 1, least, least)).shape == (2, 10)
    with pytest.raises(ValueError, match=f"at least {least}x{least}"):
        build(catalog, "conv4", 1, least - 1, **params)


def test_a_padded_shortcut_takes_every_second_pixel_and_fills_channels_with_zeros(catalog):
    block = build(catalog, "resnet20", shortcut="pad").layer2[0]
    x = torch.randn(2, 16, 6, 6)
    out = block.shortcut(x)
    assert torch.equal(out[:, 8:24], x[:, :, ::2, ::2])
    assert out.shape == (2, 32, 3, 3)
    assert not out[:, :8].any()
    assert not out[:, 24:].any()


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_the_large_resnets_begin_with_a_3_by_3_at_full_size(catalog, name):
    model = build(catalog, name)
    assert (model.conv1.kernel_size, model.conv1.stride) == ((3, 3), (1, 1))
    features = model.layer1(model.maxpool(model.act1(model.bn1(model.conv1(torch.ones(2, 3, 32, 32))))))
    assert features.shape[2:] == (32, 32)


@pytest.mark.parametrize(("size", "last"), [(8, 2), (16, 2), (28, 4), (32, 4)])
def test_no_stage_of_a_large_resnet_works_on_a_single_pixel(catalog, size, last):
    model = build(catalog, "resnet18", size=size).eval()
    assert model.forward_features(torch.ones(1, 3, size, size)).shape[2:] == (last, last)


def test_no_block_of_timms_starts_switched_off(catalog):
    for name, params in (("resnet18", {}), ("timm", {"name": "resnet18"})):
        model = build(catalog, name, **params)
        scales = [module.weight for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
        assert all(bool((scale == 1).all()) for scale in scales)


def test_a_network_of_timm_is_made_for_the_size_of_the_task(catalog):
    model = build(catalog, "timm", 1, 32, name="vit_tiny_patch16_224")
    assert model.patch_embed.img_size == (32, 32)
    assert model.patch_embed.proj.in_channels == 1


@pytest.mark.parametrize("name", ["mobilenetv3_small_100", "vit_tiny_patch16_224"])
def test_options_that_a_network_refuses_cost_no_random_number(catalog, name):
    model = build(catalog, "timm", name=name)
    torch.manual_seed(0)
    size = {"img_size": 32} if name.startswith("vit") else {}
    plain = timm.create_model(name, num_classes=10, in_chans=3, **size)
    ours, theirs = model.state_dict(), plain.state_dict()
    assert all(torch.equal(ours[key], value) for key, value in theirs.items())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mobilenetv3_smal_100", "did you mean 'mobilenetv3_small_100'?"),
        ("hf-hub:timm/resnet18", "`timm.list_models()`"),
        ("local-dir:/etc", "`timm.list_models()`"),
        ("qqqqqqqq", "`timm.list_models()`"),
    ],
)
def test_an_unknown_name_of_timm_gets_a_hint_and_loads_nothing(catalog, name, hint):
    with pytest.raises(UserError, match="has no model") as caught:
        build(catalog, "timm", name=name)
    assert hint in caught.value.hint


def test_only_a_resnet_of_timm_can_be_given_another_stem(catalog):
    assert build(catalog, "timm", name="resnet26d", stem="cifar").conv1.stride == (1, 1)
    with pytest.raises(UserError, match="'convnext_atto' has no stem"):
        build(catalog, "timm", name="convnext_atto", stem="cifar")


@pytest.mark.parametrize(("name", "size"), [("inception_v3", 32), ("vit_tiny_patch16_224", 8)])
def test_images_that_a_network_of_timm_cannot_take_are_named(catalog, name, size):
    with pytest.raises(ValueError, match=f"timm's '{name}' takes no images of 3x{size}x{size}: "):
        build(catalog, "timm", size=size, name=name)


def test_the_documentation_counts_every_network_as_it_is(catalog):
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| ([\d,]*)", text, re.MULTILINE))
    assert rows.keys() == {offer.component.name for offer in catalog.of_kind("model")}
    for name, shown in rows.items():
        image = MNIST if name in {"lenet-300-100", "lenet-5", "mlp"} else CIFAR
        if name != "timm":
            assert f"{count(build(catalog, name, *image)):,}" == shown


def test_a_network_of_timm_is_built_by_name_from_python():
    network = bench.build(
        "model", "timm", name="mobilenetv3_small_050", num_classes=3, in_channels=3, image_size=32
    )
    assert network.eval()(torch.ones(1, 3, 32, 32)).shape == (1, 3)
