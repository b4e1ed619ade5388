"""Changes of bytes that know nothing of what the bytes mean."""

from __future__ import annotations

import random
from collections.abc import Sequence

TOKENS = (
    b"nan", b"inf", b"-inf", b"1e999", b"-1", b"0", b"99999999999999999999", b"9" * 5000, b"null", b"true",
    b"{", b"}", b"[", b"]", b"[[", b"]]", b'"', b"'", b'"""', b"=", b",", b".", b":", b"#", b"\\", b"\n",
    b"\0", b"\r", b"\x7f", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae",
    b"__proto__", b"../", b"%s", b"{0}", b"2020-01-01", b"0x10", b"a." * 60_000, b"[" * 2000, b"x" * 10_000,
)  # fmt: skip


def mutated(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """`data` after one to eight small changes; pieces of `others` may come into it."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = _changed(data, others, rng)
    return data


def _changed(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    first = rng.randrange(len(data) + 1)
    last = min(len(data), first + int(rng.expovariate(1 / 20)))
    new = b""
    match rng.randrange(7):
        case 0 if data:
            first = rng.randrange(len(data))
            last = first + 1
            new = bytes([data[first] ^ 1 << rng.randrange(8)])
        case 1:
            new = data[first:last] * rng.choice((2, 3, 100))
        case 2:
            new = rng.choice(TOKENS)
        case 3:
            new, last = rng.randbytes(rng.randrange(1, 9)), first
        case 4:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            new = other[start : start + rng.randrange(200)]
        case 5 if rng.random() < 0.3:
            last = len(data)
    return data[:first] + new + data[last:]
