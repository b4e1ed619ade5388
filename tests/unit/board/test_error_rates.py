"""What the board's intervals cover and how often its tie groups err, over 2,000 simulated suites each.

A suite has a dense network a seed and contestants that prune it. The simulation error of a share p is
sqrt(p (1 - p) / 2000), half a point at 95 %.
"""

import numpy as np
import pytest

from bench.analysis.intervals import estimate
from bench.board.paired import paired_differences
from bench.board.ties import standing_groups

SUITES, ERROR = 2000, 2 * 0.0049
DENSE, LOST = 0.93, 0.01


def _suites(seeds, contestants=1, images=None):
    """Accuracies of the dense networks, (suites, seeds), and of what is left of them, (…, contestants)."""
    rng = np.random.default_rng([20_250_101, seeds, contestants])
    dense = rng.normal(DENSE, 0.004, (SUITES, seeds))
    pruned = dense[..., None] - LOST + rng.normal(0, 0.002, (SUITES, seeds, contestants))
    if images is None:
        return dense, pruned
    return np.round(dense * images) / images, np.round(pruned * images) / images


def _covered(samples, truth):
    found = [estimate(list(sample)) for sample in samples]
    return np.mean([one.low <= truth <= one.high for one in found])


@pytest.mark.parametrize("images", [None, 10_000])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_of_a_mean_covers_it_in_95_of_100_suites(seeds, images):
    _, pruned = _suites(seeds, images=images)
    assert 0.93 <= _covered(pruned[..., 0], DENSE - LOST) <= 0.97


@pytest.mark.parametrize("images", [None, 10_000])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_of_a_paired_difference_covers_it_in_95_of_100_suites(seeds, images):
    dense, pruned = _suites(seeds, images=images)
    pairs = zip(pruned[..., 0], dense, strict=True)
    differences = [paired_differences(dict(enumerate(one)), dict(enumerate(other))) for one, other in pairs]
    assert 0.93 <= _covered(differences, -LOST) <= 0.97


def _told_apart(scores, clusters):
    """Whether any two contestants of one cluster, which are equally good, are told apart."""
    groups = standing_groups({str(n): dict(enumerate(column)) for n, column in enumerate(scores.T)})
    names = sorted(groups, key=int)
    return any(
        clusters[int(one)] == clusters[int(other)] and not set(groups[one]) & set(groups[other])
        for one in names
        for other in names
    )


@pytest.mark.parametrize("images", [None, 360])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_equals_are_told_apart_in_at_most_5_of_100_suites(seeds, images):
    _, pruned = _suites(seeds, 5, images)
    wrong = np.mean([_told_apart(scores, [0] * 5) for scores in pruned])
    assert wrong <= 0.05 + ERROR


def test_equals_are_not_told_apart_more_often_where_others_differ():
    _, pruned = _suites(5, 5)
    clusters = [0, 0, 0, 1, 1]
    wrong = np.mean([_told_apart(scores - np.array(clusters) * 0.3, clusters) for scores in pruned])
    assert wrong <= 0.05 + ERROR
