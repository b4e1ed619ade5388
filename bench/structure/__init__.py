"""How a network hangs together: prunable layers, what normalises them, and who reads their units.

Found by running one example with hooks, so that any forward pass is understood; the model is not changed.
"""

from __future__ import annotations

from bench.structure.flow import live_inputs
from bench.structure.homogeneous import homogeneous_readers
from bench.structure.modules import modules_by_weight, prunable_modules
from bench.structure.norms import normalised_by
from bench.structure.readers import column_mass, outgoing_mass

__all__ = [
    "column_mass",
    "homogeneous_readers",
    "live_inputs",
    "modules_by_weight",
    "normalised_by",
    "outgoing_mass",
    "prunable_modules",
]
