"""Imported once in the fork server, so that a worker starts in hundredths of a second.

Building an optimiser imports torch's compiler, which costs more than a second the first time.
"""

from __future__ import annotations

import torch

import bench.engine.trial
import bench.runner.worker  # noqa: F401

torch.set_num_threads(1)
torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
