"""Imported once in the fork server, so that a worker starts in hundredths of a second.

Building an optimiser imports torch's compiler, which costs more than a second the first time. MKL, where
torch has it, rounds by where a matrix lies in memory unless it is told to repeat itself; a network's bits
would then depend on who else is in its bank.
"""

from __future__ import annotations

import os

import torch

import bench.engine.trial
import bench.runner.worker  # noqa: F401

os.environ.setdefault("MKL_CBWR", "AUTO")  # read at the first product
torch.set_num_threads(1)
torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
