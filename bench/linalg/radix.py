"""Order-preserving integer keys of floats, and exact selection by their digits."""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

DIGIT = 16
BUCKETS = 1 << DIGIT
_ZERO = BUCKETS // 2
_INTEGERS = {torch.float32: torch.int32, torch.float64: torch.int64}


def order_key(values: Tensor) -> Tensor:
    """Return integers in the order of float32 or float64 values; both zeros get the key 0.

    The bits of a positive float are ordered as an integer; those of a negative one run backwards, so
    all but the sign bit are flipped.
    """
    integers = _INTEGERS[values.dtype]
    bits = (values + 0.0).view(integers)
    return bits ^ ((bits >> (torch.iinfo(integers).bits - 1)) & torch.iinfo(integers).max)


def bit_counts(values: Tensor) -> Tensor:
    """Count the values by their sixteen leading bits, read as a signed number from −2¹⁵ on."""
    integers = _INTEGERS[values.dtype]
    leading = (values.view(integers) >> (torch.iinfo(integers).bits - DIGIT)) + _ZERO
    return torch.bincount(leading, minlength=BUCKETS)


def bucket_counts(bits: Tensor) -> Tensor:
    """Turn counts by leading bits into counts of 65536 buckets in ascending order of their values.

    The bucket of zero takes in the one below it (−0 and the negative numbers nearest to it), so that
    both zeros share a bucket. NaN values lie beyond the infinities.
    """
    counts = torch.cat((bits[:_ZERO].flip(0), bits[_ZERO:]))
    counts[_ZERO] += counts[_ZERO - 1]
    counts[_ZERO - 1] = 0
    return counts


def bucket_edges(bucket: int, dtype: torch.dtype) -> tuple[float, float]:
    """Return the bounds of a bucket's values: lower ≤ value < upper, or no upper bound where it is NaN."""
    lower = _smallest_of(bucket - (bucket == _ZERO), dtype)
    return -inf if isnan(lower) else lower, _smallest_of(bucket + 1, dtype)


def has_infinities(counts: Tensor, dtype: torch.dtype) -> bool:
    """Say whether a value may be infinite or NaN, from the counts alone."""
    bits = torch.tensor(inf, dtype=dtype).view(_INTEGERS[dtype])
    top = int(bits >> (torch.iinfo(bits.dtype).bits - DIGIT))
    return bool(counts[_ZERO + top :].any() | counts[: _ZERO - top].any())


def _smallest_of(bucket: int, dtype: torch.dtype) -> float:
    """Return the value whose key is the smallest of a bucket; NaN beyond the infinities."""
    integers = _INTEGERS[dtype]
    if bucket == BUCKETS:
        return float("nan")
    key = torch.tensor((bucket - _ZERO) << (torch.iinfo(integers).bits - DIGIT), dtype=integers)
    flipped = key ^ torch.iinfo(integers).max if key < 0 else key
    return float(flipped.view(dtype))


def bucket_of_rank(cumulated: Tensor, rank: int) -> tuple[int, int]:
    """Say which bucket holds the entry of a rank from 1 on, and its rank inside that bucket."""
    bucket = int(torch.searchsorted(cumulated, rank))
    return bucket, rank - (int(cumulated[bucket - 1]) if bucket else 0)


def smallest(key: Tensor, count: int) -> Tensor:
    """Mark the `count` smallest keys; of equal keys those that come first.

    Each round looks only at the keys that are still undecided, so the work is linear whatever the ties.
    """
    chosen = torch.zeros(len(key), dtype=torch.bool, device=key.device)
    undecided = torch.arange(len(key), device=key.device)
    for shift in range(torch.iinfo(key.dtype).bits - DIGIT, -1, -DIGIT):
        if count in (0, len(undecided)):
            break
        digit = key[undecided] >> shift
        digit = digit + _ZERO if shift + DIGIT == torch.iinfo(key.dtype).bits else digit & (BUCKETS - 1)
        bucket, count = bucket_of_rank(torch.bincount(digit, minlength=BUCKETS).cumsum(0), count)
        chosen[undecided[digit < bucket]] = True
        undecided = undecided[digit == bucket]
    chosen[undecided[:count]] = True
    return chosen
