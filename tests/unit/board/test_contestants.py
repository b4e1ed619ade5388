"""Draws of one method are one contestant; whatever else differs makes two."""

import pytest

from bench.board.contestants import contestants
from bench.board.frame import tidy
from bench.board.markdown import markdown
from bench.board.standings import standings


@pytest.fixture
def drawn(records, change):
    """The random pruner, drawn three times from each network; the accuracy of draw k is higher by k/1000."""
    return [
        change(
            one,
            {"metrics/accuracy": one.metrics["accuracy"] + draw / 1000}
            | ({"spec/params/replicate": draw} if draw else {}),
        )
        for one in records
        if one.spec.pruner == "random"
        for draw in range(3)
    ]


def test_draws_of_one_method_are_one_contestant_on_its_seeds(records, drawn):
    others = [one for one in records if one.spec.pruner != "random"]
    cell = standings(tidy([*others, *drawn]))[0]
    assert len(cell.standings) == 4
    [row] = [one for one in cell.standings if one.label == "random"]
    assert (row.draws, row.seeds, row.points[0].primary.n) == (3, 3, 3)
    assert {one.draws for one in cell.standings if one is not row} == {1}


def test_a_seeds_number_is_the_mean_over_its_draws(records, drawn):
    [single] = [one for one in standings(tidy(records))[0].standings if one.label == "random"]
    [row] = standings(tidy(drawn))[0].standings
    for mean, one in zip(row.points, single.points, strict=True):
        assert mean.primary.mean == pytest.approx(one.primary.mean + 0.001)
        assert mean.primary.half == pytest.approx(one.primary.half)
        assert mean.spectral == one.spectral


def test_the_first_draw_names_the_contestant(drawn):
    frame = tidy(drawn)
    [one] = contestants(frame)
    plain = frame[frame["spec.params.replicate"].isna()]
    assert {one.entry} == set(plain["entry"])
    assert "spec.params.replicate" not in one.first


def test_draws_of_a_reference_are_draws_too(records, change):
    part = records[0].plain()["components"]["pruner"]
    matched = [
        change(
            one,
            {
                "spec/matched_to": {"name": "random", "params": {"replicate": draw} if draw else {}},
                "components/matched_to": part | {"name": "random"},
            },
        )
        for one in records
        if one.spec.pruner == "weight-decay"
        for draw in range(2)
    ]
    [row] = standings(tidy(matched))[0].standings
    assert row.draws == 2


def test_a_draw_that_lacks_a_metric_leaves_the_mean_of_the_others(drawn, change):
    first = [change(one, {"metrics/spectral_error": None}) for one in drawn[:1]]
    [row] = standings(tidy([*first, *drawn[1:]]))[0].standings
    assert row.points[0].spectral.n == 3


def test_a_seed_without_some_draws_counts_with_those_it_has(drawn):
    [row] = standings(tidy(drawn[1:]))[0].standings
    assert (row.seeds, row.draws) == (3, 3)


def test_another_parameter_makes_another_contestant(drawn, change):
    wide = [change(one, {"spec/params/scope": "layer"}) for one in drawn]
    assert [one.draws for one in contestants(tidy([*drawn, *wide]))] == [3, 3]


def test_a_trial_given_twice_counts_once(records):
    frame = tidy([*records, *records])
    assert all(len(one.rows) == 15 for one in contestants(frame))


def test_the_draws_stand_beside_the_seeds(drawn):
    assert "| 3/3, 3 draws each |" in markdown(standings(tidy(drawn))).decode()
