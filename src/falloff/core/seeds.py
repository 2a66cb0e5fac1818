"""Randomness from explicit seeds alone.

Child seeds are hashes of what they are for, so streams never overlap the way ``seed + index``
does, and they are the same in every process and on every machine.
"""

from __future__ import annotations

import hashlib
import json
import random

SeedPart = str | int


def child_seed(*parts: SeedPart) -> int:
    """A 63-bit seed for what ``parts`` name: ``child_seed(run_seed, "reasoning", 3)``.

    The parts are hashed as JSON (BLAKE2b), so ``("ab", "c")`` and ``("a", "bc")`` differ. 63 bits
    fit a signed SQLite integer.
    """
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def child_rng(*parts: SeedPart) -> random.Random:
    """A generator for what ``parts`` name. ``random.Random`` is stable across Python versions."""
    return random.Random(child_seed(*parts))  # noqa: S311 - reproducibility, not cryptography
