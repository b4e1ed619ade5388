"""For authors of tasks: data decoded once into uint8 tensors, kept in a cache and checked by checksum."""

from __future__ import annotations

from bench.data.cache import Decoded, decoded_once
from bench.data.fingerprint import fingerprint
from bench.data.listing import listing
from bench.data.statistics import channel_statistics

__all__ = ["Decoded", "channel_statistics", "decoded_once", "fingerprint", "listing"]
