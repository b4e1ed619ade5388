"""Measures as functions: numbers read off a trial's models; the definitions are in `docs/measures.md`."""

from bench.measure.accuracy import accuracy
from bench.measure.alignment import alignment
from bench.measure.bn_accuracy import bn_accuracy
from bench.measure.cost import cost, multiply_adds
from bench.measure.dead_rows import dead_rows
from bench.measure.dead_weights import dead_weights
from bench.measure.latency import latency
from bench.measure.operator import operator
from bench.measure.shrink import shrink
from bench.measure.shrunk import shrunk
from bench.measure.singular import singular
from bench.measure.sparsity import sparsity
from bench.measure.spectra import spectra
from bench.measure.spectrum import spectrum
from bench.measure.storage import storage
from bench.measure.sv_trace import sv_trace
from bench.measure.throughput import throughput
from bench.measure.unit_curve import unit_curve
from bench.measure.validation import validation

__all__ = [
    "accuracy",
    "alignment",
    "bn_accuracy",
    "cost",
    "dead_rows",
    "dead_weights",
    "latency",
    "multiply_adds",
    "operator",
    "shrink",
    "shrunk",
    "singular",
    "sparsity",
    "spectra",
    "spectrum",
    "storage",
    "sv_trace",
    "throughput",
    "unit_curve",
    "validation",
]
