"""Torch-Pruning's criteria as unit pruners: its ratings, our budget."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from torch import nn
from torch.nn import functional

import bench_torch_pruning
from bench import Layer, PruneInput, Unsupported
from bench.errors import UserError
from bench.registry.catalog import Catalog
from bench.registry.loader import load_plugins
from bench.registry.origin import Selection

NAMES = ("tp-magnitude", "tp-bn-scale", "tp-lamp", "tp-fpgm", "tp-random", "tp-taylor")
PRUNERS = {pruner.name: pruner for pruner in bench_torch_pruning.bench_pruners()}
PLUGIN = Path(bench_torch_pruning.__file__)
FILES = () if "torch-pruning" in entry_points(group="prunebench").names else (PLUGIN,)


class Perceptron(nn.Sequential):
    """Two inputs, three hidden units, two classes; weights by hand."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
        with torch.no_grad():
            self[0].weight.copy_(torch.tensor([[3.0, 0.0], [1.0, 1.0], [2.0, 0.0]]))
            self[2].weight.copy_(torch.tensor([[1.0, 0.0, 3.0], [0.0, 1.0, 0.0]]))
            for layer in (self[0], self[2]):
                layer.bias.zero_()


def given_for(model: nn.Module, names: tuple[str, ...], shape: tuple[int, ...], seed: int = 0) -> PruneInput:
    layers = {}
    for name in names:
        weight = model.get_submodule(name).weight
        kind = "conv" if weight.ndim == 4 else "linear"
        groups = getattr(model.get_submodule(name), "groups", 1)
        layers[name] = Layer(name, kind, weight.detach().clone(), groups)

    def batch(size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(size, *shape), torch.zeros(size, dtype=torch.int64)

    return PruneInput(
        model.eval(), layers, torch.Generator().manual_seed(seed), batch, functional.cross_entropy
    )


def scores(name: str, model: nn.Module, layers: tuple[str, ...], shape: tuple[int, ...], **params: object):
    pytest.importorskip("torch_pruning")
    return PRUNERS[name].make(params)(given_for(model, layers, shape))


def test_what_is_offered_needs_the_extra() -> None:
    assert tuple(PRUNERS) == NAMES
    assert all(pruner.needs == ("torch-pruning>=1.6",) for pruner in PRUNERS.values())
    assert all(pruner.unit == "unit" and pruner.mode == "score" for pruner in PRUNERS.values())


def test_group_magnitude_by_hand() -> None:
    found = scores("tp-magnitude", Perceptron(), ("0",), (2,), normalizer="none", group_reduction="sum")
    # squares of a unit's own weights and of those that read it: 9 + 1, 2 + 1, 4 + 9
    assert found["0"].tolist() == [10.0, 3.0, 13.0]


def test_the_first_reduction_rates_a_units_own_weights_alone() -> None:
    found = scores(
        "tp-magnitude", Perceptron(), ("0",), (2,), p=1, normalizer="none", group_reduction="first"
    )
    assert found["0"].tolist() == [3.0, 2.0, 2.0]


def test_lamp_by_hand() -> None:
    found = scores("tp-lamp", Perceptron(), ("0",), (2,), group_reduction="first")
    # squares 9, 2, 4 over the sums of those not smaller: 9/9, 2/15, 4/13
    assert found["0"].tolist() == pytest.approx([1.0, 2 / 15, 4 / 13])


def test_fpgm_by_hand() -> None:
    found = scores("tp-fpgm", Perceptron(), ("0",), (2,), p=1, normalizer="none", group_reduction="first")
    # distances among (3, 0), (1, 1), (2, 0): √5, 1 and √2
    assert found["0"].tolist() == pytest.approx([5**0.5 + 1, 5**0.5 + 2**0.5, 1 + 2**0.5], rel=1e-5)


def test_taylor_rates_weight_times_gradient() -> None:
    model = Perceptron()
    found = scores("tp-taylor", model, ("0",), (2,), normalizer="none", group_reduction="first", batch_size=3)
    functional.cross_entropy(model(torch.ones(3, 2)), torch.zeros(3, dtype=torch.int64)).backward()
    expected = (model[0].weight * model[0].weight.grad).abs().sum(1)
    assert found["0"].tolist() == pytest.approx(expected.tolist())


def test_bn_scale_reads_the_normalisation() -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU())
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([0.5, -2.0, 1.0]))
    assert scores("tp-bn-scale", model, ("0",), (1, 4, 4), normalizer="none")["0"].tolist() == [0.5, 2.0, 1.0]


def test_bn_scale_says_where_there_is_no_normalisation() -> None:
    with pytest.raises(Unsupported, match="0 has nothing that BNScaleImportance rates"):
        scores("tp-bn-scale", Perceptron(), ("0",), (2,))


def test_grouped_convolutions_are_said_to_be_unsupported() -> None:
    with pytest.raises(Unsupported, match="0 is a grouped convolution"):
        scores("tp-magnitude", nn.Sequential(nn.Conv2d(4, 4, 3, groups=2)), ("0",), (4, 5, 5))


def test_a_model_that_cannot_be_traced_is_said_to_be_unsupported() -> None:
    class Strange(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("not today")

    with pytest.raises(Unsupported, match="cannot trace the model: RuntimeError"):
        scores("tp-magnitude", Strange(), ("fc",), (2,))


def test_random_ratings_follow_the_trials_seed_alone() -> None:
    pytest.importorskip("torch_pruning")
    model, scorer = Perceptron(), PRUNERS["tp-random"].make({})
    before = torch.get_rng_state()
    found = [scorer(given_for(model, ("0",), (2,), seed))["0"] for seed in (0, 0, 1)]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert torch.equal(before, torch.get_rng_state())


def test_the_model_is_neither_changed_nor_given_gradients() -> None:
    model = Perceptron()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    scores("tp-taylor", model, ("0", "2"), (2,))
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_parametrized_weights_are_rated_by_their_values() -> None:
    class Doubled(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * x

    model = Perceptron()
    nn.utils.parametrize.register_parametrization(model[0], "weight", Doubled())
    found = scores("tp-magnitude", model, ("0",), (2,), p=1, normalizer="none", group_reduction="first")
    assert found["0"].tolist() == [6.0, 4.0, 4.0]
    assert model[0].weight.tolist() == [[6.0, 0.0], [2.0, 2.0], [4.0, 0.0]]  # the original still has them


@pytest.mark.parametrize("name", ["tp-magnitude", "tp-lamp", "tp-fpgm", "tp-taylor"])
def test_units_that_are_all_zero_are_equal_and_the_least(name: str) -> None:
    model = Perceptron()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    assert scores(name, model, ("0",), (2,))["0"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["tp-magnitude", "tp-lamp", "tp-fpgm", "tp-taylor"])
def test_weights_that_are_not_numbers_are_refused(name: str) -> None:
    model = Perceptron()
    with torch.no_grad():
        model[0].weight[0, 0] = torch.nan
    with pytest.raises(ValueError, match=r"0\.weight or its gradient is not finite"):
        scores(name, model, ("0",), (2,))


def test_without_the_extra_it_is_listed_and_a_suite_that_names_it_stops(
    write_suite: Callable, bench_cli: Callable, tmp_path: Path
) -> None:
    suite = write_suite(('"magnitude"', '"tp-magnitude"'))
    options = [word for path in FILES for word in ("--plugin-file", path)]
    with patch("bench.registry.catalog._installed", return_value=False):
        assert "tp-magnitude" in bench_cli("list", "pruners", *options)[1]
        code, _, error = bench_cli("run", suite, "--store", tmp_path / "store", *options)
    assert code == 2
    assert "[[entry]] 1: pruner 'tp-magnitude' needs torch-pruning>=1.6" in error
    assert "hint: pip install 'torch-pruning>=1.6'" in error
    assert not (tmp_path / "store").exists()


def test_the_extra_is_looked_up_by_version() -> None:
    pytest.importorskip("torch_pruning")
    found: Catalog = load_plugins(Selection(which="builtin", files=FILES), pytest.fail)
    assert found.get("pruner", "tp-lamp").name == "tp-lamp"
    with patch("bench.registry.catalog.version", return_value="1.5.9"), pytest.raises(UserError):
        found.get("pruner", "tp-lamp")


def test_they_run_in_a_suite_beside_our_own(
    write_suite: Callable, bench_cli: Callable, tmp_path: Path
) -> None:
    pytest.importorskip("torch_pruning")
    entries = "".join(f'\n[[entry]]\npruner = "{name}"\n' for name in NAMES)
    suite = write_suite(
        ("[grid]", 'output_layer = "exempt"\n[grid]'), ("[0.5, 0.9]", "[0.5]"), extra=entries, name="beside"
    )
    options = [word for path in FILES for word in ("--plugin-file", path)]
    store = tmp_path / "store"
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1, *options)
    assert code == 0, error
    records = [json.loads(path.read_text(encoding="utf-8")) for path in store.rglob("*.json")]
    records = {record["spec"]["pruner"]: record for record in records if "spec" in record}
    assert {name: record["status"] for name, record in records.items()} == {
        **dict.fromkeys(("magnitude", "random", *NAMES), "ok"),
        "tp-bn-scale": "unsupported",
    }
    for name in set(NAMES) - {"tp-bn-scale"}:
        assert sum(layer["zeros"] for layer in records[name]["per_layer"]) > 0
