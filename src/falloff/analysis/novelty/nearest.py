"""The nearest training prompt: exact among few, by a shortlist among many, by an index beyond."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from falloff.analysis.data import Floats
from falloff.analysis.novelty.index import CandidateIndex
from falloff.core import child_seed

# [n, d] of length 1 a row: scipy's csr_matrix, or a dense array in 32 bits.
Vectors: TypeAlias = Any

# Up to so many training prompts every one is looked at. Sparse vectors of more are first compared
# in fewer dimensions, by random projection, and then exactly with the nearest of those.
EXACT = 10_000
SHORTLIST = 64
# Of more than so many, sparse or not, the shortlist comes from an approximate index.
INDEXED = 100_000
_DIMENSIONS = 256
_STRIP = 48
# Similarities held at once: bounds the memory.
_AT_ONCE = 20_000_000


class NearestPrompts:
    """Training prompts as vectors of length 1 ([n, d]), to find the nearest of each query in.

    ``exact`` is False where a shortlist is used: then a distance can be a little too long, that of
    a training prompt to the others as well as a probe's. ``indexed``: the shortlist is that of an
    approximate index; unless given, beyond 100,000 prompts. It needs the extra ``index``.
    """

    def __init__(
        self, vectors: Vectors, *, exact: bool | None = None, indexed: bool | None = None
    ) -> None:
        self._vectors = vectors
        dense = not sparse.issparse(vectors)
        self.indexed = not exact and (len(self) > INDEXED if indexed is None else indexed)
        if exact is None:
            exact = not self.indexed and (dense or len(self) <= EXACT)
        self.exact = exact
        self._projection = None if exact or dense else _projection(vectors.shape[1])
        self._short = None if self._projection is None else _dense(vectors @ self._projection)
        self._flipped = vectors.T.tocsr() if exact and not dense else None
        self._index = None
        if self.indexed:
            short = vectors if self._short is None else self._short
            self._index, self._short = CandidateIndex(short, count=SHORTLIST), None

    def __len__(self) -> int:
        return int(self._vectors.shape[0])

    def distances(self, queries: Vectors) -> Floats:
        """[queries] 1 − cosine to the nearest, from 0, the same, to 1, nothing in common."""
        return self._search(queries, None)

    def own_distances(self, index: NDArray[np.intp]) -> Floats:
        """[index] distances of training prompts, each to the nearest of the others."""
        return self._search(self._vectors[index], index)

    def _search(self, queries: Vectors, own: NDArray[np.intp] | None) -> Floats:
        best = np.zeros(queries.shape[0])
        step = max(1, _AT_ONCE // max(len(self), 1))
        for start in range(0, queries.shape[0], step):
            stop = min(start + step, queries.shape[0])
            left_out = None if own is None else own[start:stop]
            best[start:stop] = self._best(queries[start:stop], left_out)
        return np.asarray(np.clip(1 - best, 0.0, 1.0))

    def _best(self, queries: Vectors, left_out: NDArray[np.intp] | None) -> Floats:
        """[queries] the largest similarity."""
        if self._index is not None:
            short = queries if self._projection is None else _dense(queries @ self._projection)
            return self._best_of(queries, self._index.candidates(short), left_out)
        alike = self._alike(queries)
        if left_out is not None:
            alike[np.arange(len(left_out)), left_out] = -1.0
        if self.exact or len(self) <= SHORTLIST:
            return np.asarray(alike.max(axis=1), dtype=np.float64)
        return self._best_of(queries, _shortlists(alike), left_out)

    def _best_of(
        self,
        queries: Vectors,
        shortlists: NDArray[np.intp],
        left_out: NDArray[np.intp] | None,
    ) -> Floats:
        """[queries] the largest similarity to any of its shortlist ([queries, s])."""
        dense = not sparse.issparse(self._vectors)
        best = np.zeros(queries.shape[0])
        # One query at a time, spread out: most of a product of two sparse matrices is looking up.
        spread = np.zeros(queries.shape[1], dtype=np.float32)
        for row, candidates in enumerate(shortlists):
            if left_out is not None:
                candidates = candidates[candidates != left_out[row]]
            if not len(candidates):
                continue
            if dense:
                best[row] = (self._vectors[candidates] @ queries[row]).max()
                continue
            here = slice(queries.indptr[row], queries.indptr[row + 1])
            spread[queries.indices[here]] = queries.data[here]
            best[row] = (self._vectors[candidates] @ spread).max()
            spread[queries.indices[here]] = 0.0
        return best

    def _alike(self, queries: Vectors) -> NDArray[np.float32]:
        """[queries, n] similarities, rough ones where there is a shortlist."""
        if self._short is not None:
            return np.asarray(_dense(queries @ self._projection) @ self._short.T)
        if self._flipped is not None:
            return _dense(queries @ self._flipped)
        return np.asarray(queries @ self._vectors.T)


def _shortlists(alike: NDArray[np.float32]) -> NDArray[np.intp]:
    """[queries, 64] the most alike training prompt of each of the 64 most alike strips of them.

    Of two good ones in a strip the better is enough, and sorting strips is fifty times less work.
    """
    queries, count = alike.shape
    strips = max(count // _STRIP, SHORTLIST + 1)
    width = -(-count // strips)
    padded = np.full((queries, strips * width), -2.0, dtype=np.float32)
    padded[:, :count] = alike
    strip = padded.reshape(queries, strips, width)
    top = np.argpartition(strip.max(axis=2), -SHORTLIST, axis=1)[:, -SHORTLIST:]
    inner = np.take_along_axis(strip, top[:, :, None], axis=1).argmax(axis=2)
    return np.asarray(np.minimum(top * width + inner, count - 1))


def _projection(columns: int) -> sparse.csr_matrix:
    """[columns, 256] each column added to one dimension, with a random sign."""
    rng = np.random.Generator(np.random.PCG64(child_seed("novelty projection")))
    sign = rng.choice(np.array([-1, 1], dtype=np.float32), columns)
    where = rng.integers(0, _DIMENSIONS, columns)
    return sparse.csr_matrix((sign, (np.arange(columns), where)), shape=(columns, _DIMENSIONS))


def _dense(vectors: sparse.csr_matrix) -> NDArray[np.float32]:
    return np.asarray(vectors.toarray(), dtype=np.float32)
