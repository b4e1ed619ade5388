"""Canonical JSON and content hashes: equal data has equal bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(data: Any) -> bytes:
    """JSON with sorted keys, no spaces and ASCII only; NaN and infinities are refused.

    Raises:
        ValueError: for a number that is not finite.
    """
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def content_hash(data: Any) -> str:
    """The SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(data)).hexdigest()
