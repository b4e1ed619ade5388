import pytest
import torch
from torch import nn

from bench.engine.prunable import prunable_layers
from bench.engine.scoring import keep_masks
from bench.measure import spectrum
from tests.perf.layers import SMALL, VGG19, flat, trained
from tests.unit.measure.trials import trial_of


def pruned_by_magnitude(matrices, sparsity):
    """Linear layers with these weights, before and after global magnitude pruning."""
    model = nn.ModuleList([nn.Linear(matrix.shape[1], len(matrix), bias=False) for matrix in matrices])
    for layer, matrix in zip(model, matrices, strict=True):
        layer.weight.data = matrix
    layers = prunable_layers(model, include_output=True)
    [masks] = keep_masks({name: layer.weight.abs() for name, layer in layers.items()}, [sparsity], "global")
    return trial_of(model, torch.ones(1, 1), masks)


@pytest.mark.parametrize("kind", [flat, trained])
def test_spectral_errors_of_a_pruned_vgg19_agree_with_svdvals(compare, kind):
    trial = pruned_by_magnitude(kind(VGG19 if compare.timed else SMALL), 0.9)
    pairs = [
        (layer.weight, pruned.weight.detach())
        for layer, pruned in zip(trial.layers.values(), trial.pruned, strict=True)
    ]

    def by_svdvals():
        norm = [[torch.linalg.svdvals(matrix)[0].item() for matrix in (a, a - b)] for a, b in pairs]
        return [error / whole for whole, error in norm]

    per_layer = spectrum(trial).per_layer.values()
    for layer, expected in zip(per_layer, by_svdvals(), strict=True):
        assert abs(layer["spectral_error"] - expected) <= layer["spectral_error_bound"] + 1e-5
    compare(
        by_svdvals,
        lambda: spectrum(trial),
        row="C7",
        what=f"spectral and Frobenius errors of VGG-19 pruned by magnitude at 0.9, {kind.__name__}",
        against="svdvals",
        target="≥ 25" if kind is flat else "≥ 80",
    )
