"""Measures as functions: numbers read off a trial's models; the definitions are in `docs/measures.md`."""

from bench.measure.accuracy import accuracy
from bench.measure.cost import cost, multiply_adds
from bench.measure.dead_weights import dead_weights
from bench.measure.latency import latency
from bench.measure.operator import operator
from bench.measure.shrink import shrink
from bench.measure.shrunk import shrunk
from bench.measure.singular import singular
from bench.measure.sparsity import sparsity
from bench.measure.spectrum import spectrum
from bench.measure.storage import storage
from bench.measure.sv_trace import sv_trace
from bench.measure.throughput import throughput

__all__ = [
    "accuracy",
    "cost",
    "dead_weights",
    "latency",
    "multiply_adds",
    "operator",
    "shrink",
    "shrunk",
    "singular",
    "sparsity",
    "spectrum",
    "storage",
    "sv_trace",
    "throughput",
]
