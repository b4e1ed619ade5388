"""torch.nn.utils.prune's methods as pruners: torch's own masks, at the harness's counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

import bench_torch_prune
from bench import Layer, PruneInput

NAMES = ("torch-random", "torch-l1", "torch-random-structured", "torch-ln-structured")
PRUNERS = {pruner.name: pruner for pruner in bench_torch_prune.bench_pruners()}


def given_for(seed: int = 0, **weights: torch.Tensor) -> PruneInput:
    layers = {
        name: Layer(name, "conv" if weight.ndim == 4 else "linear", weight)
        for name, weight in weights.items()
    }
    refuse = lambda *_: pytest.fail("neither data nor loss is needed")  # noqa: E731
    return PruneInput(nn.Identity(), layers, torch.Generator().manual_seed(seed), refuse, refuse)


def weight(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_every_method_of_torch_is_there() -> None:
    choosing = {
        name
        for name, method in vars(prune).items()
        if isinstance(method, type) and issubclass(method, prune.BasePruningMethod)
    } - {"BasePruningMethod", "PruningContainer", "Identity", "CustomFromMask"}
    offered = {pruner.summary.partition(":")[0].rpartition(".")[2] for pruner in PRUNERS.values()}
    assert offered == choosing
    assert tuple(PRUNERS) == NAMES


def test_l1_keeps_the_largest_by_hand() -> None:
    given = given_for(a=torch.tensor([[1.0, -4.0], [3.0, -2.0]]))
    result = PRUNERS["torch-l1"].make({})(given, {"a": 2})
    assert result["a"].mask.tolist() == [[False, True], [True, False]]
    assert result["a"].values is None


@pytest.mark.parametrize("keep", [0, 1, 7, 24])
@pytest.mark.parametrize("name", ["torch-random", "torch-l1"])
def test_counts_are_exact_from_nothing_to_everything(name: str, keep: int) -> None:
    result = PRUNERS[name].make({})(given_for(a=weight(4, 6)), {"a": keep})
    assert result["a"].mask.dtype == torch.bool
    assert int(result["a"].mask.sum()) == keep


def test_random_masks_follow_the_trials_seed_alone() -> None:
    scorer = PRUNERS["torch-random"].make({})
    masks = [scorer(given_for(seed, a=weight(8, 8)), {"a": 32})["a"].mask for seed in (0, 0, 1)]
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


def test_layers_of_one_shape_get_masks_of_their_own() -> None:
    same = weight(8, 8)
    result = PRUNERS["torch-random"].make({})(given_for(a=same, b=same), {"a": 32, "b": 32})
    assert not torch.equal(result["a"].mask, result["b"].mask)
    scores = PRUNERS["torch-random-structured"].make({})(given_for(a=same, b=same))
    assert not torch.equal(scores["a"], scores["b"])


@pytest.mark.parametrize("name", NAMES)
def test_the_global_generator_is_left_as_it_was(name: str) -> None:
    before = torch.get_rng_state()
    given = given_for(a=weight(6, 4))
    call = PRUNERS[name].make({})
    _ = call(given, {"a": 12}) if PRUNERS[name].mode == "sparsify" else call(given)
    assert torch.equal(before, torch.get_rng_state())


def test_units_are_ranked_by_their_norm_by_hand() -> None:
    rows = torch.tensor([[3.0, 0.0], [2.0, 2.0], [0.5, 0.5]])
    by_l2 = PRUNERS["torch-ln-structured"].make({})(given_for(a=rows))["a"]
    by_l1 = PRUNERS["torch-ln-structured"].make({"n": 1})(given_for(a=rows))["a"]
    assert by_l2.tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert by_l1.tolist() == pytest.approx([1 / 3, 2 / 3, 0])


def test_the_units_that_stay_are_those_of_torchs_own_mask_at_every_amount() -> None:
    kernel = weight(9, 3, 3, 3)
    scores = PRUNERS["torch-ln-structured"].make({"n": 1})(given_for(a=kernel))["a"]
    for amount in range(1, 9):
        mask = prune.LnStructured(amount, 1, dim=0).compute_mask(kernel, torch.ones_like(kernel))
        kept = set(scores.topk(9 - amount).indices.tolist())
        assert kept == set(mask.flatten(1)[:, 0].nonzero().flatten().tolist())


def test_random_units_are_ranked_without_ties() -> None:
    scores = PRUNERS["torch-random-structured"].make({})(given_for(a=weight(16, 4)))["a"]
    assert sorted(scores.tolist()) == [rank / 16 for rank in range(16)]


@pytest.mark.parametrize("name", ["torch-l1", "torch-ln-structured"])
def test_weights_that_are_not_numbers_are_refused(name: str) -> None:
    given = given_for(a=torch.tensor([[1.0, torch.nan], [2.0, 3.0]]))
    call = PRUNERS[name].make({})
    with pytest.raises(ValueError, match="the weights hold NaN"):
        _ = call(given, {"a": 2}) if PRUNERS[name].mode == "sparsify" else call(given)


def test_a_single_unit_has_nothing_to_outlive() -> None:
    for name in ("torch-ln-structured", "torch-random-structured"):
        assert PRUNERS[name].make({})(given_for(a=weight(1, 4)))["a"].tolist() == [0.0]


def test_they_run_in_a_suite_beside_our_own(
    write_suite: Callable, bench_cli: Callable, tmp_path: Path
) -> None:
    entries = "".join(f'\n[[entry]]\npruner = "{name}"\nparams.scope = "layer"\n' for name in NAMES)
    suite = write_suite(
        ('pruner = "magnitude"', 'pruner = "magnitude"\nparams.scope = "layer"'), extra=entries, name="beside"
    )
    plugin = Path(bench_torch_prune.__file__)
    options = ["--plugin-file", plugin] if not _installed() else []
    store = tmp_path / "store"
    code, _, error = bench_cli("run", suite, "--store", store, "--jobs", 1, *options)
    assert code == 0, error
    metrics = {}
    for path in store.rglob("records/**/*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        assert record["status"] == "ok"
        metrics[record["spec"]["pruner"], record["spec"]["sparsity"]] = record["metrics"]
    assert len(metrics) == 12
    for sparsity in (0.5, 0.9):
        ours, theirs = metrics["magnitude", sparsity], metrics["torch-l1", sparsity]
        assert theirs["zeros"] == ours["zeros"]
        assert theirs["accuracy"] == ours["accuracy"]
        assert theirs["frobenius_error"] == pytest.approx(ours["frobenius_error"], rel=1e-6)
        assert metrics["torch-random", sparsity]["frobenius_error"] > ours["frobenius_error"]


def _installed() -> bool:
    return "torch-prune" in entry_points(group="prunebench").names
