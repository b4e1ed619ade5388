"""Analyses as functions of the tidy frame, and the statistics that they share; see `docs/claims.md`."""

from bench.analysis.bootstrap import bootstrap
from bench.analysis.chosen import Choice, best_by_validation
from bench.analysis.contestants import described, one_contestant, one_sparsity, told_apart
from bench.analysis.contests import paired_difference, ratio, share_of_wins
from bench.analysis.intervals import Estimate, estimate
from bench.analysis.layered import by_layer
from bench.analysis.levels import difference_to_dense, metric_at
from bench.analysis.methods import methods
from bench.analysis.pairing import Sides, pairs
from bench.analysis.quantity import quantity
from bench.analysis.scatter import Scatter, points
from bench.analysis.selection import column_of, select
from bench.analysis.traces import trace_change
from bench.analysis.trends import COMBINE, slope, spearman

__all__ = [
    "COMBINE",
    "Choice",
    "Estimate",
    "Scatter",
    "Sides",
    "best_by_validation",
    "bootstrap",
    "by_layer",
    "column_of",
    "described",
    "difference_to_dense",
    "estimate",
    "methods",
    "metric_at",
    "one_contestant",
    "one_sparsity",
    "paired_difference",
    "pairs",
    "points",
    "quantity",
    "ratio",
    "select",
    "share_of_wins",
    "slope",
    "spearman",
    "told_apart",
    "trace_change",
]
