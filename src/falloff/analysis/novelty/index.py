"""An approximate index for very many training prompts: faiss, an inverted file in 8 bits.

Cells of the space are found by k-means, and a query looks into those nearest to it. What it gives
are candidates; distances are then worked out exactly.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import child_seed, missing_extra

# Cells that a query looks into: at 32 candidates are as good as those of a full search (see
# benchmarks/novelty.py), at 8 they are not.
_LOOKED_INTO = 32
# Vectors that cells are found from, for each cell.
_TAUGHT = 64
_AT_ONCE = 50_000


def index_is_there() -> bool:
    """Whether the extra ``index`` is installed."""
    return importlib.util.find_spec("faiss") is not None


class CandidateIndex:
    """The ``count`` most alike of very many vectors [n, d] of length 1 in 32 bits, all but surely.

    Raises :class:`falloff.core.SetupError` without the extra ``index``.
    """

    def __init__(self, vectors: NDArray[np.float32], *, count: int) -> None:
        try:
            # Its own stubs do not know what an index of a factory has.
            faiss: Any = importlib.import_module("faiss")
        except ImportError as problem:
            raise missing_extra("faiss-cpu", "index", "An index of training prompts") from problem
        self._count = count
        number, dimensions = vectors.shape
        cells = max(int(np.sqrt(number)), 1)
        self._index: Any = faiss.index_factory(
            dimensions, f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT
        )
        self._index.nprobe = min(_LOOKED_INTO, cells)
        rng = np.random.Generator(np.random.PCG64(child_seed("index", number)))
        taught = np.sort(rng.choice(number, min(number, _TAUGHT * cells), replace=False))
        self._index.train(vectors[taught])
        for start in range(0, number, _AT_ONCE):
            self._index.add(np.ascontiguousarray(vectors[start : start + _AT_ONCE]))

    def candidates(self, queries: NDArray[np.float32]) -> NDArray[np.intp]:
        """[queries, count]; the first candidate again where a query has fewer."""
        _, found = self._index.search(np.ascontiguousarray(queries), self._count)
        known = np.where(found < 0, np.maximum(found[:, :1], 0), found)
        return np.asarray(known, dtype=np.intp)
