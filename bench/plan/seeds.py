"""Seeds: each use of randomness has its own, derived from the trial's seed and the use's name."""

from __future__ import annotations

import hashlib


def derive_seed(seed: int, *purpose: str) -> int:
    """A 63-bit seed for `purpose`, the same on every machine and in every process."""
    digest = hashlib.sha256("|".join((str(seed), *purpose)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
