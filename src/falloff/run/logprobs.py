"""How the log-probabilities of an episode are written down: compressed, and never without bound.

What a model or an endpoint says of itself is not trusted: lists are cut, what is no probability is
left out, and reading stops at a size that no honest episode reaches.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from typing import Any

from falloff.core import RunFileError, TokenLogprobs

# For each turn of an episode, the tokens of the reply.
Turns = tuple[tuple[TokenLogprobs, ...], ...]

# The most tokens of an episode, candidates a token, and characters of a token that are kept.
TOKENS, CANDIDATES, CHARACTERS = 2048, 20, 64
# Bytes; the bounds above allow 16 million, each character being written with six at the most.
_LARGEST = 20_000_000
# Log-probabilities are kept to six digits after the point.
_DIGITS = 6


def write_logprobs(turns: Sequence[Sequence[TokenLogprobs]]) -> bytes:
    """Compressed JSON: for each turn a list of tokens, each its text and pairs of its top."""
    room, written = TOKENS, []
    for turn in turns:
        written.append([_written(token) for token in turn[:room]])
        room -= len(written[-1])
    return zlib.compress(json.dumps(written, separators=(",", ":")).encode(), level=6)


def read_logprobs(blob: bytes) -> Turns:
    """The inverse. Raises :class:`RunFileError` for what :func:`write_logprobs` did not write."""
    try:
        unpacked = zlib.decompressobj().decompress(blob, _LARGEST)
        return tuple(tuple(_read(token) for token in turn) for turn in json.loads(unpacked))
    except (zlib.error, ValueError, TypeError) as problem:
        raise RunFileError(
            f"Log-probabilities in the run cannot be read: {problem}.",
            remedy="Start the run over with --fresh, or without --logprobs.",
        ) from problem


def _written(token: TokenLogprobs) -> list[Any]:
    top = [
        [text[:CHARACTERS], round(min(log, 0.0), _DIGITS)]
        for text, log in token.top[:CANDIDATES]
        if math.isfinite(log)
    ]
    return [token.text[:CHARACTERS], top]


def _read(token: list[Any]) -> TokenLogprobs:
    text, top = token
    return TokenLogprobs(text=str(text), top=tuple((str(said), float(log)) for said, log in top))
