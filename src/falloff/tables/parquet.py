"""Parquet files, row by row: read in slices, so that a large one is never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from falloff.core import UsageError, missing_extra

# Rows that are held at a time.
_SLICE = 20_000


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of its columns. Raises as :func:`parquet_rows` does."""
    polars = _polars()
    with _said(path):
        return tuple(polars.read_parquet_schema(path))


def parquet_rows(path: Path, columns: tuple[str, ...] | None = None) -> Iterator[dict[str, Any]]:
    """Its rows by column, all or some of them.

    Raises :class:`falloff.core.SetupError` without the extra ``frames``, and
    :class:`falloff.core.UsageError` for what is not Parquet.
    """
    polars = _polars()
    with _said(path):
        lazy = polars.scan_parquet(path, glob=False)
        lazy = lazy if columns is None else lazy.select(columns)
        count = lazy.select(polars.len()).collect().item()
    for start in range(0, count, _SLICE):
        with _said(path):
            part = lazy.slice(start, _SLICE).collect()
        yield from part.iter_rows(named=True)


def _polars() -> Any:
    try:
        import polars
    except ImportError as problem:
        raise missing_extra("polars", "frames", "A Parquet file") from problem
    return polars


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Whatever polars raises on damaged bytes, in one sentence."""
    try:
        yield
    except Exception as problem:
        first = str(problem).strip().splitlines() or [type(problem).__name__]
        raise UsageError(
            f"{path} cannot be read as Parquet: {first[0][:160]}.",
            remedy="Write it anew, or as JSON lines.",
        ) from problem
