from __future__ import annotations

import pytest
import timm
import torch
from torch import nn

from bench.measure import dead_weights
from bench_models.lenet import LeNet5, LeNet300
from bench_models.resnet import CifarResNet
from tests.unit.measure.trials import trial_of


def read(model, *shape):
    return dead_weights(trial_of(model, torch.ones(1, *shape)), batch_size=4)


def timm_resnet18(**settings):
    torch.manual_seed(0)
    return timm.create_model("resnet18", num_classes=10, **settings)


def test_a_3_by_3_kernel_on_a_single_pixel_has_eight_dead_taps_of_nine():
    measured = read(nn.Sequential(nn.Conv2d(2, 3, 3, padding=1)), 2, 1, 1)
    assert measured.metrics["dead_weights"] == 8 / 9
    assert measured.per_layer["0"]["dead_weights"] == 8 / 9


def test_a_kernel_that_strides_over_its_input_leaves_no_tap_dead():
    assert read(nn.Sequential(nn.Conv2d(1, 1, 3, stride=2, padding=1)), 1, 4, 4).metrics["dead_weights"] == 0


def test_shares_of_the_model_weigh_layers_by_their_weights():
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(4, 9))
    measured = read(model, 1, 1, 1)
    assert measured.metrics["dead_weights"] == 32 / (36 + 36)
    assert measured.per_layer["2"]["dead_weights"] == 0


def test_a_dead_activation_makes_weights_idle_and_not_dead():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    model[0].bias.data[:] = torch.tensor([-1e6, 1e6, 1e6, 1e6])
    measured = read(model, 2)
    assert measured.metrics["dead_weights"] == 0
    assert measured.per_layer["0"]["idle_weights"] == 1 / 4
    assert measured.per_layer["2"]["idle_weights"] == 1 / 4


class HalfUsed(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.unused = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        return self.used(x)


def test_a_layer_that_does_not_run_is_dead():
    measured = read(HalfUsed(), 2)
    assert measured.per_layer["unused"] == {"dead_weights": 1, "idle_weights": 1}
    assert measured.metrics["dead_weights"] == 0.5


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (LeNet300(10, 1, 8), (1, 8, 8)),
        (LeNet5(10, 1, 8), (1, 8, 8)),
        (LeNet5(10, 1, 28), (1, 28, 28)),
        (CifarResNet(1, 10, 3), (3, 8, 8)),
        (CifarResNet(1, 10, 3), (3, 32, 32)),
    ],
)
def test_the_models_of_the_suites_have_no_dead_weights(model, shape):
    assert read(model, *shape).metrics["dead_weights"] == 0


def test_timms_resnet18_has_62_percent_dead_weights_at_32_by_32():
    measured = read(timm_resnet18(zero_init_last=False), 3, 32, 32)
    assert measured.metrics["dead_weights"] == pytest.approx(0.62, abs=0.005)
    assert measured.per_layer["layer4.1.conv2"]["dead_weights"] == 8 / 9
    assert measured.per_layer["conv1"]["dead_weights"] == 0


def test_timms_zero_init_last_leaves_98_percent_of_convolution_weights_idle():
    blocks = [name for name, module in timm_resnet18().named_modules() if isinstance(module, nn.Conv2d)]
    idle = {}
    for zero_init_last in (True, False):
        trial = trial_of(timm_resnet18(zero_init_last=zero_init_last), torch.ones(1, 3, 64, 64))
        per_layer = dead_weights(trial, batch_size=8).per_layer
        weights = {name: trial.layers[name].weight.numel() for name in blocks}
        idle[zero_init_last] = sum(weights[name] * per_layer[name]["idle_weights"] for name in blocks) / sum(
            weights.values()
        )
    assert idle[True] > 0.98
    assert idle[False] < 0.5


def test_timms_vgg19_keeps_119_of_its_139_6_million_parameters_in_front_of_its_head():
    with torch.device("meta"):
        model = timm.create_model("vgg19", num_classes=10)
    count = {
        name: sum(parameter.numel() for parameter in part.parameters())
        for name, part in model.named_children()
    }
    assert sum(count.values()) == pytest.approx(139.6e6, rel=1e-3)
    assert count["pre_logits"] == pytest.approx(119.5e6, rel=5e-3)
