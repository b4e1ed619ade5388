"""Random sparsifiers: exact counts, hand-worked weights, and no bias where values are rescaled."""

from __future__ import annotations

from math import log, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import bench_sampling
from bench import Layer, UserError, linalg
from bench_sampling.bernstein import row_weights
from bench_sampling.methods import METHODS
from tests.plugins.sparsifying import applied, drawn_weight, given_for, sparsify

PRUNERS = {pruner.name.removeprefix("sample-"): pruner for pruner in bench_sampling.bench_pruners()}
NAMES = sorted(PRUNERS)
DRAWS = ("successive", "proportional")
OPTIONS = {"l2": {"epsilon": 0.0}, "hybrid": {"alpha": 0.5}, "bernstein": {"delta": 0.1}}


def weighed(method: str, weight: torch.Tensor, n: int = 2, groups: int = 1, **options: float) -> torch.Tensor:
    kind = "conv" if weight.ndim == 4 else "linear"
    weights = METHODS[method](Layer("a", kind, weight, groups), n, **options)
    assert weights.shape == weight.shape
    assert weights.dtype == torch.float64
    return weights / weights.sum()


def close(found: torch.Tensor, expected: object) -> bool:
    return torch.allclose(found, torch.as_tensor(expected, dtype=torch.float64), rtol=1e-9, atol=1e-12)


MATRIX = torch.tensor([[1.0, -2.0, 0.0], [4.0, 0.0, -3.0]])


def test_weights_by_hand() -> None:
    assert close(weighed("uniform", MATRIX), [[1 / 6] * 3] * 2)
    assert close(weighed("l1", MATRIX), [[0.1, 0.2, 0], [0.4, 0, 0.3]])
    assert close(weighed("l2", MATRIX, epsilon=0), [[1 / 30, 4 / 30, 0], [16 / 30, 0, 9 / 30]])
    mixed = [[0.25 * p / 10 + 0.75 * p * p / 30 for p in row] for row in ((1, 2, 0), (4, 0, 3))]
    assert close(weighed("hybrid", MATRIX, alpha=0.25), mixed)


def test_hybrid_ends_are_the_two_others() -> None:
    weight = drawn_weight(7, 5)
    assert close(weighed("hybrid", weight, alpha=1.0), weighed("l1", weight))
    assert close(weighed("hybrid", weight, alpha=0.0), weighed("l2", weight, epsilon=0))


def test_l2_drops_what_is_below_its_threshold_of_either_sign() -> None:
    weight = torch.diag(torch.tensor([1.0, 0.13, -0.13, -0.12, 0.12]))
    weight = torch.cat([weight, torch.zeros(1, 5)])  # ‖A‖₂ = 1, longer side 6: threshold 1.5/12 = 0.125
    kept = weighed("l2", weight, epsilon=1.5).nonzero().tolist()
    assert kept == [[0, 0], [1, 1], [2, 2]]


def test_the_threshold_of_a_grouped_convolution_is_that_of_its_block_diagonal_matrix() -> None:
    kernel = drawn_weight(6, 2, 3, 3)
    blocks = torch.block_diag(*linalg.matricise(kernel, 3))
    grouped = weighed("l2", kernel, groups=3, epsilon=2.0)
    whole = weighed("l2", blocks, epsilon=2.0)
    assert close(torch.block_diag(*linalg.matricise(grouped, 3)), whole)
    assert 0 < int((grouped == 0).sum()) < grouped.numel()


def test_bernstein_is_the_closed_form_at_its_zeta() -> None:
    sums = torch.tensor([1.0, 2.0, 5.0], dtype=torch.float64)
    rho = row_weights(sums, draws=40, sides=12, delta=0.1)
    assert float(rho.sum()) == pytest.approx(1, abs=1e-12)
    alpha, beta = sqrt(log(120) / 40), log(120) / 120
    # Solved for 1/ζ, row by row, √ρ = a + √(a² + b) gives ρ − 2a√ρ = b: z/ζ = ρ/(α√ρ + β), one ζ for all.
    ratios = rho / (alpha * rho.sqrt() + beta) / sums
    assert ratios.tolist() == pytest.approx([float(ratios[0])] * 3, rel=1e-12)


@given(
    sums=st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), min_size=1, max_size=20),
    draws=st.sampled_from((1, 10, 10**4, 10**8)),
    delta=st.floats(1e-12, 1.0),
)
def test_row_weights_are_a_distribution_that_rises_with_the_sums(
    sums: list[float], draws: int, delta: float
) -> None:
    z = torch.tensor(sums, dtype=torch.float64)
    rho = row_weights(z, draws, sides=2 * len(sums) + 1, delta=delta)
    assert float(rho.sum()) == pytest.approx(float(bool((z > 0).any())), abs=1e-12)
    assert bool((rho[z == 0] == 0).all())
    assert bool((rho[z.argsort()].diff() >= -1e-15).all())


def test_few_draws_weigh_rows_by_their_sum_and_many_by_its_square() -> None:
    z = torch.tensor([1.0, 2.0, 7.0], dtype=torch.float64)
    # With √s ≪ 1 only β counts, with √s → ∞ only α: s = 10⁻¹² is no number of draws, but the limit.
    few = row_weights(z, 1e-12, sides=5, delta=0.1)  # type: ignore[arg-type]
    assert few.tolist() == pytest.approx([0.1, 0.2, 0.7], rel=1e-4)
    many = row_weights(z, 10**14, sides=5, delta=0.1)
    assert many.tolist() == pytest.approx([1 / 54, 4 / 54, 49 / 54], rel=1e-4)


def test_bernstein_draws_within_rows_by_magnitude() -> None:
    weight = drawn_weight(4, 9)
    found = weighed("bernstein", weight, 12, delta=0.1)
    sums = weight.double().abs().sum(1)
    rho = row_weights(sums, 12, sides=13, delta=0.1)
    assert close(found, rho[:, None] * weight.double().abs() / sums[:, None])


def test_bernstein_takes_the_rows_of_the_wider_form() -> None:
    weight = drawn_weight(9, 4)
    assert close(weighed("bernstein", weight, 12, delta=0.1), weighed("bernstein", weight.T, 12, delta=0.1).T)


@pytest.mark.parametrize("shape", [(6, 2, 3, 3), (6, 1, 1, 1)])
@pytest.mark.parametrize("method", ["l1", "hybrid", "bernstein"])
def test_a_grouped_convolution_is_a_block_diagonal_matrix(method: str, shape: tuple[int, ...]) -> None:
    options = {"hybrid": {"alpha": 0.3}, "bernstein": {"delta": 0.1}}.get(method, {})
    kernel = drawn_weight(*shape)
    whole = weighed(method, torch.block_diag(*linalg.matricise(kernel, 2)), 5, **options)
    grouped = weighed(method, kernel, 5, groups=2, **options)
    assert close(torch.block_diag(*linalg.matricise(grouped, 2)), whole)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("values", ["kept", "rescaled"])
@pytest.mark.parametrize("name", NAMES)
def test_counts_are_exact_from_nothing_to_everything(name: str, values: str, draw: str) -> None:
    weight = drawn_weight(5, 2, 3, 3)
    for keep in (0, 1, 17, 89, 90):
        result = sparsify(PRUNERS[name], weight, keep, values=values, draw=draw)
        assert int(result.mask.sum()) == keep
        if values == "kept":
            assert result.values is None
    assert torch.equal(applied(result, weight), weight.double())


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"uniform"}))
def test_where_the_weights_run_out_the_largest_others_fill_up(name: str, draw: str) -> None:
    weight = torch.zeros(4, 4)
    weight[0] = torch.tensor([1.0, -2.0, 3.0, -4.0])
    mask = sparsify(PRUNERS[name], weight, 6, draw=draw).mask
    assert bool(mask[0].all())
    assert torch.equal(mask, linalg.topk_masks_exact({"": weight.abs()}, [10])[0][""])


@pytest.mark.parametrize("draw", DRAWS)
def test_what_l2_truncates_fills_up_by_magnitude_and_is_not_rescaled(draw: str) -> None:
    weight = torch.diag(torch.tensor([1.0, 0.5, 0.1, -0.11]))
    result = sparsify(PRUNERS["l2"], weight, 3, epsilon=2.0, values="rescaled", draw=draw)  # threshold 0.25
    assert applied(result, weight).diag().tolist() == pytest.approx([1, 0.5, 0, -0.11])


@pytest.mark.parametrize("name", NAMES)
def test_rescaling_divides_the_same_entries_by_their_probability(name: str) -> None:
    weight = drawn_weight(6, 7)
    kept = sparsify(PRUNERS[name], weight, 15, draw="proportional", **OPTIONS.get(name, {}))
    rescaled = sparsify(
        PRUNERS[name], weight, 15, values="rescaled", draw="proportional", **OPTIONS.get(name, {})
    )
    assert torch.equal(kept.mask, rescaled.mask)
    chances = linalg.inclusion_probabilities(weighed(name, weight, 15, **OPTIONS.get(name, {})), 15)
    expected = torch.where(kept.mask, weight.double() / chances, 0.0)
    assert torch.allclose(applied(rescaled, weight), expected, rtol=1e-5)


def test_uniform_rescaling_is_by_size_over_count() -> None:
    weight = drawn_weight(4, 5)
    found = applied(sparsify(PRUNERS["uniform"], weight, 8, values="rescaled", draw="proportional"), weight)
    kept = found != 0
    assert torch.allclose(found[kept], 2.5 * weight.double()[kept])


@pytest.mark.parametrize("name", NAMES)
def test_rescaled_proportional_draws_have_no_bias(name: str) -> None:
    weight = drawn_weight(4, 6, dtype=torch.float64)
    rounds, generator = 500, torch.Generator().manual_seed(3)
    draws = torch.stack(
        [
            applied(
                sparsify(
                    PRUNERS[name],
                    weight,
                    9,
                    generator,
                    values="rescaled",
                    draw="proportional",
                    **OPTIONS.get(name, {}),
                ),
                weight,
            )
            for _ in range(rounds)
        ]
    )
    chances = linalg.inclusion_probabilities(weighed(name, weight, 9, **OPTIONS.get(name, {})), 9)
    spread = weight.abs() * ((1 / chances - 1) / rounds).sqrt()  # of an entry's mean over the rounds
    assert bool(((draws.mean(0) - weight).abs() <= 4.5 * spread + 1e-12).all())


@pytest.mark.parametrize("draw", DRAWS)
def test_the_mean_of_many_draws_is_as_near_as_independence_says(draw: str) -> None:
    weight = drawn_weight(30, 40, dtype=torch.float64)
    generator = torch.Generator().manual_seed(4)
    draws = [
        applied(sparsify(PRUNERS["l1"], weight, 240, generator, values="rescaled", draw=draw), weight)
        for _ in range(200)
    ]
    errors = torch.stack([(draw - weight).norm() for draw in draws])
    of_mean = (sum(draws) / 200 - weight).norm()
    assert float(of_mean) == pytest.approx(float(errors.square().mean().sqrt()) / 200**0.5, rel=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_rescaled_successive_draws_have_no_bias(name: str) -> None:
    weight = torch.tensor([[1.0, -2.0, 3.0, 2.5], [-1.5, 2.0, 1.0, -3.0]], dtype=torch.float64)
    rounds, generator = 800, torch.Generator().manual_seed(5)
    draws = torch.stack(
        [
            applied(
                sparsify(PRUNERS[name], weight, 5, generator, values="rescaled", **OPTIONS.get(name, {})),
                weight,
            )
            for _ in range(rounds)
        ]
    )
    spread = draws.std(0) / rounds**0.5
    assert bool(((draws.mean(0) - weight).abs() <= 4.5 * spread + 1e-12).all())


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"bernstein"}))
def test_successive_draws_nest_over_several_layers_under_one_seed(name: str) -> None:
    layers = [Layer(label, "linear", drawn_weight(6, 10, seed=i)) for i, label in enumerate("abc")]
    larger, smaller = (
        PRUNERS[name].make({})(
            given_for(*layers, generator=torch.Generator().manual_seed(2)), dict.fromkeys("abc", keep)
        )
        for keep in (60, 20)
    )
    assert all(not bool((smaller[label].mask & ~larger[label].mask).any()) for label in "abc")


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_one_mask_and_another_seed_another(name: str, draw: str) -> None:
    weight = drawn_weight(20, 30)
    masks = [sparsify(PRUNERS[name], weight, 200, seed, draw=draw).mask for seed in (0, 0, 1)]
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


def test_layers_of_one_shape_get_draws_of_their_own() -> None:
    layers = [Layer(name, "linear", torch.ones(20, 20)) for name in "ab"]
    result = PRUNERS["uniform"].make({})(
        given_for(*layers, generator=torch.Generator().manual_seed(0)), {"a": 200, "b": 200}
    )
    assert not torch.equal(result["a"].mask, result["b"].mask)


@given(keep=st.integers(0, 48), seed=st.integers(0, 1000), name=st.sampled_from(NAMES))
def test_no_draw_that_keeps_values_is_nearer_than_magnitude_in_frobenius_norm(
    keep: int, seed: int, name: str
) -> None:
    weight = drawn_weight(6, 8, seed=seed)
    least = weight.double().square().flatten().sort().values[: 48 - keep].sum().sqrt()
    error = (weight.double() - applied(sparsify(PRUNERS[name], weight, keep, seed), weight)).norm()
    assert float(error) >= float(least) - 1e-9


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize("name", NAMES)
def test_the_scale_of_the_weights_does_not_matter(name: str, scale: float) -> None:
    weight = drawn_weight(10, 12)
    assert torch.equal(
        sparsify(PRUNERS[name], weight, 40).mask, sparsify(PRUNERS[name], weight * scale, 40).mask
    )


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("l2", {"epsilon": -0.1}),
        ("hybrid", {"alpha": 1.5}),
        ("bernstein", {"delta": 0.0}),
        ("l1", {"values": "scaled"}),
    ],
)
def test_parameters_out_of_range_are_refused(name: str, params: dict) -> None:
    with pytest.raises(UserError, match=next(iter(params))):
        PRUNERS[name].make(params)
