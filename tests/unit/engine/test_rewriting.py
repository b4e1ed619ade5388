"""New values of parameters beside scores: what is sound, and what is a fault."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from bench.engine.pruned import rewritten
from bench.engine.scoring import check_scored
from bench.errors import TrialFault
from bench.registry.rewriting import Scored


def scores(given):
    return {name: torch.ones(len(layer.weight)) for name, layer in given.layers.items()}


def checked(given, values, unit="unit"):
    return check_scored(Scored(scores(given), values), given.layers, unit, "pruner 'x'", given.model)


def test_bare_scores_rewrite_nothing(given):
    found = check_scored(scores(given), given.layers, "unit", "x", given.model)
    assert found.values == {}
    assert rewritten(given.model, found.values) is None


def test_values_take_the_type_of_their_parameter(given):
    found = checked(given, {"0.bias": torch.arange(8.0, dtype=torch.float64)})
    assert found.values["0.bias"].dtype == torch.float32


def test_a_rewritten_network_is_a_copy_with_the_values(given):
    before = {name: part.clone() for name, part in given.model.state_dict().items()}
    network = rewritten(given.model, {"0.bias": torch.full((8,), 2.0), "2.weight": torch.zeros(3, 8)})
    assert network.get_parameter("0.bias").tolist() == [2.0] * 8
    assert not network.get_parameter("2.weight").any()
    assert torch.equal(network.get_parameter("0.weight"), before["0.weight"])
    assert all(torch.equal(before[name], part) for name, part in given.model.state_dict().items())


def test_parameters_are_those_of_the_network_with_plain_weights(given):
    parametrize.register_parametrization(given.model[0], "weight", Doubled())
    assert checked(given, {"0.weight": torch.ones(8, 4)}).values.keys() == {"0.weight"}
    with pytest.raises(TrialFault, match="which the network does not have"):
        checked(given, {"0.parametrizations.weight.original": torch.ones(8, 4)})


class Doubled(nn.Module):
    """Twice the weight."""

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight * 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1], "gave list, not values by parameter name"),
        ({"9.weight": torch.ones(1)}, "gave values of 9.weight, which the network does not have"),
        ({"0.bias": torch.ones(4)}, "the new values of 0.bias do not have its shape, (8,)"),
        ({"0.bias": [1.0] * 8}, "the new values of 0.bias do not have its shape"),
        ({"0.bias": torch.ones(8).long()}, "the new values of 0.bias are torch.int64"),
        ({"0.bias": torch.ones(8, device="meta")}, "on meta"),
        ({"0.bias": torch.full((8,), torch.nan)}, "the new values of 0.bias are not finite"),
    ],
)
def test_unsound_values_are_a_fault_that_names_the_pruner(given, values, said):
    with pytest.raises(TrialFault) as caught:
        checked(given, values)
    assert said in str(caught.value)
    assert caught.value.component == "pruner 'x'"


def test_scores_of_weights_come_alone(given):
    whole = {name: layer.weight.abs() for name, layer in given.layers.items()}
    with pytest.raises(TrialFault, match="only unit pruners may"):
        check_scored(Scored(whole, {"0.bias": torch.ones(8)}), given.layers, "weight", "x", given.model)
