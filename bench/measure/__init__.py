"""Measures as functions: numbers read off a trial's models; the definitions are in `docs/measures.md`."""

from bench.measure.accuracy import accuracy
from bench.measure.cost import cost, multiply_adds
from bench.measure.sparsity import sparsity
from bench.measure.spectrum import spectrum

__all__ = ["accuracy", "cost", "multiply_adds", "sparsity", "spectrum"]
