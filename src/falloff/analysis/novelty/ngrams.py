"""Prompts as counts of their hashed character n-grams: a view that needs no model.

It sees wording alone: another way to say the same is far, a larger number in the same words near.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

# Lengths of the n-grams. Short ones, so that prompts of ten letters have something in common.
LENGTHS = (1, 2, 3)
BITS = 18
# Letters of a prompt that are looked at: its wording is known long before.
MOST_LETTERS = 8_000
# Letters that are hashed at a time: bounds the memory.
_AT_ONCE = 2_000_000
_MIX = np.uint64(0x9E3779B97F4A7C15)


def ngram_vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """[n, 2¹⁸] of length 1 a row, in 32 bits: 1 + ln count of each n-gram of 1 to 3 letters.

    Runs of white space count as one space, and one is put around the text. The same text has the
    same vector in every process and on every machine; one without letters has a row of zeros.
    """
    blocks, block, letters = [], [], 0
    for text in texts:
        plain = f" {' '.join(text[:MOST_LETTERS].split())} "
        block.append(plain)
        letters += len(plain)
        if letters >= _AT_ONCE:
            blocks.append(_vectors(block))
            block, letters = [], 0
    blocks.append(_vectors(block))
    return sparse.vstack(blocks, format="csr")


def _vectors(texts: list[str]) -> sparse.csr_matrix:
    shape = (len(texts), 1 << BITS)
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    row = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    keys = []
    for length in LENGTHS:
        starts = len(points) - length + 1
        if starts < 1:
            continue
        hashed = np.full(starts, length, dtype=np.uint64)
        for offset in range(length):
            hashed = (hashed ^ points[offset : offset + starts]) * _MIX
            hashed ^= hashed >> np.uint64(29)
        # An n-gram ends in the text in which it begins.
        inside = row[:starts] == row[length - 1 :]
        bucket = (hashed[inside] >> np.uint64(64 - BITS)).astype(np.int64)
        keys.append((row[:starts][inside] << BITS) + bucket)
    key, count = np.unique(np.concatenate(keys or [np.empty(0, np.int64)]), return_counts=True)
    weight = (1 + np.log(count)).astype(np.float32)
    rows, columns = key >> BITS, (key & ((1 << BITS) - 1)).astype(np.int32)
    length_of = np.sqrt(np.bincount(rows, weight.astype(np.float64) ** 2, minlength=len(texts)))
    weight /= length_of[rows].astype(np.float32)
    ends = np.searchsorted(rows, np.arange(len(texts) + 1))
    return sparse.csr_matrix((weight, columns, ends.astype(np.int64)), shape=shape)
