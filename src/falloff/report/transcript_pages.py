"""All transcripts as pages of their own in a folder, where one report has no room for them.

Plain HTML without a script, escaped as the report is. One page at a time is held in memory.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from falloff.core import Coordinate, SetupError, UsageError
from falloff.report.contents import Divergence, ReportContents
from falloff.report.finding_figures import panel_scales
from falloff.report.html import rendered
from falloff.report.lineup import panels, seats
from falloff.report.scales import spoken_place
from falloff.report.transcripts import Bounds, row_of

ROWS_A_PAGE = 50
INDEX = "index.html"
# All turns; a text so long that no person reads on still says how much of it is not shown.
_WHOLE = Bounds(letters=100_000, first=100_000, last=0)


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One page: its number from 1, how many probes it has, the first and the last of them."""

    number: int
    probes: int
    first: Divergence
    last: Divergence

    @property
    def file(self) -> str:
        return f"{self.number:05}.html"


def write_transcript_pages(
    folder: Path, contents: ReportContents, divergences: Iterable[Divergence]
) -> Path:
    """Write an index and its pages into ``folder`` and return the index's path.

    Raises :class:`falloff.core.UsageError` for a folder that is not empty, and
    :class:`falloff.core.SetupError` where it cannot be written; then nothing is left behind.
    """
    target = folder.resolve()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise UsageError(
            f"There is something at '{folder}' already.",
            remedy="Name a folder for the transcripts that is new or empty.",
        )
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        for name, page in transcript_pages(contents, divergences):
            (draft / name).write_text(page, encoding="utf-8", newline="\n")
        if target.exists():
            target.rmdir()
        draft.replace(target)
    except OSError as error:
        raise SetupError(
            f"Transcripts cannot be written to {folder}: {error.strerror or error}.",
            remedy="Name another folder.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder / INDEX


def link_between(page: Path, index: Path) -> str:
    """The link from a page to an index: relative, so that both can be moved together."""
    try:
        return quote(Path(os.path.relpath(index.resolve(), page.resolve().parent)).as_posix())
    except ValueError:  # on another drive
        return index.resolve().as_uri()


def transcript_pages(
    contents: ReportContents, divergences: Iterable[Divergence]
) -> Iterator[tuple[str, str]]:
    """Name and text of each page in turn, the index last."""
    names, contents = contents.names, contents.briefly()
    comparison = contents.comparison
    models = seats(comparison)
    scales = {p.family: panel_scales(p, contents.axes) for p in panels(comparison)}

    def place(family: str, coordinate: Coordinate) -> str:
        return spoken_place(coordinate, scales.get(family, {}))

    given = {"contents": contents, "comparison": comparison, "models": models, "place": place}
    written: list[Leaf] = []
    total = len(contents.divergences) + contents.left_out
    coming = iter(divergences)
    while batch := tuple(islice(coming, ROWS_A_PAGE)):
        leaf = Leaf(number=len(written) + 1, probes=len(batch), first=batch[0], last=batch[-1])
        rows = [row_of(divergence.briefly(names), models, _WHOLE) for divergence in batch]
        more = leaf.number * ROWS_A_PAGE < total
        yield (
            leaf.file,
            rendered("transcript_page.html.j2", leaf=leaf, rows=rows, more=more, **given),
        )
        written.append(leaf)
    yield INDEX, rendered("transcript_index.html.j2", leaves=written, **given)
