"""`spectra`, `alignment`, `dead-rows` and `bn-accuracy`, against what they are defined as."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench.errors import Unsupported
from bench.measure import alignment, bn_accuracy, dead_rows, spectra
from bench.measure.bn_accuracy import reestimated
from bench.registry.contracts import Evaluation, Split
from tests.unit.measure.trials import masked_at_random, trial_of


def dense_layers():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 4))


@given(st.integers(0, 1000), st.floats(0.1, 0.9), st.floats(0.1, 10))
def test_the_cosine_error_is_the_angles_and_no_scaling_changes_it(seed, share, factor):
    trial = masked_at_random(dense_layers(), torch.ones(1, 8), share, seed)
    found = alignment(trial)
    for name, layer in trial.layers.items():
        one = layer.weight.double().flatten().numpy()
        other = trial.pruned.get_submodule(name).weight.detach().double().flatten().numpy()
        size = np.linalg.norm(one) * np.linalg.norm(other)
        expected = 1 - one @ other / size if size else 1.0
        assert found.per_layer[name]["cosine_error"] == pytest.approx(expected, abs=1e-6)
    with torch.no_grad():
        trial.pruned[0].weight.mul_(factor)
    assert alignment(trial).metrics["cosine_error"] == pytest.approx(found.metrics["cosine_error"], abs=1e-6)


def test_spectra_are_those_of_the_three_states():
    trial = masked_at_random(dense_layers(), torch.ones(1, 8), 0.5)
    with torch.no_grad():
        trial.final[0].weight.mul_(2)
    found = spectra(trial, k=3)
    numbers = found.per_layer["0"]
    for state in ("dense", "pruned", "final"):
        values = torch.linalg.svdvals(getattr(trial, state)[0].weight.detach().double())[:3].tolist()
        assert [numbers[f"sv_{place}_{state}"] for place in (1, 2, 3)] == pytest.approx(values, rel=1e-6)
    assert numbers["sv_1_share_final"] == pytest.approx(2 * numbers["sv_1_share_pruned"])
    assert "sv_4_dense" not in numbers
    both = [found.per_layer[name]["sv_share_pruned"] for name in ("0", "2")]
    assert found.metrics["sv_share_pruned"] == pytest.approx(sum(both) / 2)


def test_dead_rows_are_counted_also_in_an_exempt_output_layer():
    masks = {"0": torch.ones(6, 8).bool(), "2": torch.ones(4, 6).bool()}
    masks["0"][[1, 4]] = False
    masks["2"][3] = False
    trial = trial_of(dense_layers(), torch.ones(1, 8), masks)
    assert dead_rows(trial).metrics == {"dead_rows": 3, "dead_output_rows": 1}
    exempt = replace(trial, layers={"0": trial.layers["0"]})
    assert dead_rows(exempt).metrics == {"dead_rows": 2, "dead_output_rows": 1}
    assert dead_rows(exempt).per_layer == {"0": {"dead_rows": 2}}


def with_norm(count=64):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.Linear(6, 3))
    trial = masked_at_random(model, torch.ones(1, 5), 0.5)
    inputs = torch.randn(count, 5)
    train = Split(inputs, torch.zeros(count))
    return replace(trial, data=replace(trial.data, train=train, mean=(0.5,), std=(2.0,))), inputs


def test_statistics_are_re_estimated_as_plain_averages_over_batches_of_training_data():
    trial, inputs = with_norm()
    seen = []

    def evaluate(model):
        seen.append(model)
        return Evaluation(4, 1 + len(seen), 4, 0.5, 0.25)

    before = {name: value.clone() for name, value in trial.pruned.state_dict().items()}
    found = bn_accuracy(replace(trial, evaluate=evaluate), batches=2, batch_size=32)
    assert found.metrics == {"bn_accuracy_pruned": 0.5, "bn_accuracy": 0.75}
    assert all(torch.equal(value, before[name]) for name, value in trial.pruned.state_dict().items())
    outputs = trial.pruned[0]((inputs - 0.5) / 2)
    assert torch.allclose(seen[0][1].running_mean, outputs.mean(0), atol=1e-5)
    assert seen[0][1].momentum == trial.pruned[1].momentum
    assert not seen[0].training
    assert not seen[0][1].training


def test_the_average_is_over_batches_alike():
    trial, inputs = with_norm()
    parts = list(inputs.split(16))
    model = reestimated(trial.pruned, parts)
    expected = torch.stack([trial.pruned[0](part).var(0) for part in parts]).mean(0)
    assert torch.allclose(model[1].running_var, expected, atol=1e-5)


def test_networks_without_normalisation_and_regressions_are_not_measured():
    trial, _ = with_norm()
    with pytest.raises(Unsupported, match="no batch normalisation"):
        bn_accuracy(trial_of(dense_layers(), torch.ones(1, 8)))
    with pytest.raises(Unsupported, match="classification"):
        bn_accuracy(replace(trial, data=replace(trial.data, kind="regression")))
