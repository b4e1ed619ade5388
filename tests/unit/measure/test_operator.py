from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench.measure import operator, spectrum
from bench.measure.shapes import input_shapes
from tests.unit.measure.trials import masked_at_random, trial_of


def written_out(conv, weight, height, width):
    """The circular operator entry by entry: output pixel (y, x) reads (y + a·dilation, x + b·dilation)."""
    out, into = conv.out_channels, conv.in_channels
    matrix = np.zeros((out, height, width, into, height, width))
    for o, i, a, b in np.ndindex(*weight.shape):
        source = o // (out // conv.groups) * weight.shape[1] + i
        for y, x in np.ndindex(height, width):
            place = (y + a * conv.dilation[0]) % height, (x + b * conv.dilation[1]) % width
            matrix[o, y, x, source, *place] += weight[o, i, a, b].item()
    return matrix.reshape(out * height * width, into * height * width)


def norm(matrix):
    return np.linalg.svd(matrix, compute_uv=False)[0]


@given(
    channels=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2)),
    size=st.tuples(st.integers(5, 6), st.integers(5, 6)),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**31),
)
def test_the_error_is_that_of_the_operator_written_out(channels, kernel, size, share, seed):
    out, into, groups = channels
    torch.manual_seed(seed)
    conv = nn.Conv2d(into * groups, out * groups, kernel[:2], dilation=kernel[2:], groups=groups)
    trial = masked_at_random(nn.Sequential(conv), torch.ones(1, into * groups, *size), share, seed)
    dense, pruned = (
        written_out(conv, m[0].weight.detach().double(), *size) for m in (trial.dense, trial.pruned)
    )
    found = operator(trial).metrics
    assert abs(found["operator_error"] - norm(dense - pruned) / norm(dense)) <= found["operator_error_bound"]
    assert found["operator_error_bound"] <= 2.2e-4 * max(1, found["operator_error"])


def test_a_linear_layer_is_its_own_operator():
    torch.manual_seed(0)
    trial = masked_at_random(nn.Sequential(nn.Linear(6, 5)), torch.ones(1, 6), 0.5)
    assert operator(trial).metrics["operator_error"] == spectrum(trial).metrics["spectral_error"]


def test_matricised_and_operator_errors_differ():
    torch.manual_seed(0)
    trial = masked_at_random(nn.Sequential(nn.Conv2d(8, 8, 3)), torch.ones(1, 8, 8, 8), 0.5)
    one, other = operator(trial).metrics["operator_error"], spectrum(trial).metrics["spectral_error"]
    assert abs(one - other) > 0.01


def test_a_convolution_counts_at_the_size_of_its_own_input():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, stride=2, padding=1), nn.Conv2d(2, 2, 3, padding=1))
    shapes = input_shapes(model, ["0", "1"], torch.ones(1, 1, 8, 6))
    assert shapes == {"0": (1, 1, 8, 6), "1": (1, 2, 4, 3)}
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_a_one_dimensional_convolution_is_one_row():
    torch.manual_seed(0)
    line = nn.Conv1d(2, 3, 3)
    plane = nn.Conv2d(2, 3, (1, 3))
    plane.weight.data = line.weight.data.unsqueeze(2)
    mask = torch.rand(3, 2, 3, generator=torch.Generator().manual_seed(0)) > 0.5
    one = operator(trial_of(nn.Sequential(line), torch.ones(1, 2, 7), {"0": mask}))
    other = operator(trial_of(nn.Sequential(plane), torch.ones(1, 2, 1, 7), {"0": mask.unsqueeze(2)}))
    assert one.metrics == other.metrics
    assert one.metrics["operator_error"] > 0


class HalfUsed(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.unused = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 1)

    def forward(self, x):
        return self.used(x)


@pytest.mark.parametrize(
    ("model", "example", "layer"),
    [
        (nn.Sequential(nn.Conv3d(1, 2, 2)), torch.ones(1, 1, 3, 3, 3), "0"),
        (HalfUsed(), torch.ones(1, 1, 3, 3), "unused"),
    ],
)
def test_what_has_no_size_or_three_dimensions_has_no_operator_error(model, example, layer):
    assert set(operator(trial_of(model, example)).per_layer[layer].values()) == {None}
