"""What a report is made of: the caller gathers it, this room only shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from falloff.analysis.novelty import Novelty
from falloff.analysis.pair_estimates import Comparison
from falloff.core import Axis, Coordinate, Outcome, Transcript
from falloff.report.geometry import Cloud
from falloff.report.names import Names, briefly, names_of, novelty_briefly
from falloff.report.unfinished import Standing


@dataclass(frozen=True, kw_only=True)
class ModelAnswer:
    """What one model made of one probe."""

    model: str
    transcript: Transcript
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """A probe on which the models differ; ``answers`` has the teacher first.

    The prompt is the common beginning of the transcripts. Where a single model was measured there
    is nothing to differ from, and a divergence is a probe that it failed.
    """

    probe: str
    family: str
    capability: str
    coordinate: Coordinate
    gold: str
    answers: tuple[ModelAnswer, ...]

    def briefly(self, names: Names) -> Divergence:
        """The same under short ``names`` of the models."""
        named = (replace(a, model=names.get(a.model, a.model)) for a in self.answers)
        return replace(self, answers=tuple(named))


@dataclass(frozen=True, kw_only=True)
class ReportContents:
    """All that the report shows.

    ``standing``: how much of the run is there. ``left_out`` counts divergences of the run beyond
    ``divergences``, which come first. ``axes`` gives the axes by family, for units, levels and
    labels; a family that is not in it is drawn from its curves and cells alone. ``novelty`` is None
    where no training data was given. A comparison without students is a report on one model.
    ``transcripts``: where pages with all transcripts are, as a link. ``geometry``: of open weights,
    where it was measured.
    """

    comparison: Comparison
    manifest: dict[str, Any]
    divergences: tuple[Divergence, ...]
    run: str
    created: str
    standing: Standing
    axes: Mapping[str, tuple[Axis, ...]] = field(default_factory=dict)
    novelty: Novelty | None = None
    left_out: int = 0
    transcripts: str | None = None
    geometry: tuple[Cloud, ...] = ()

    @property
    def names(self) -> Names:
        """Short names of the models."""
        return names_of(self.comparison)

    def briefly(self) -> ReportContents:
        """The same under short names of the models; the manifest keeps the whole."""
        names = self.names
        return replace(
            self,
            comparison=briefly(self.comparison),
            divergences=tuple(divergence.briefly(names) for divergence in self.divergences),
            novelty=novelty_briefly(self.novelty, names) if self.novelty else None,
            geometry=tuple(replace(c, model=names.get(c.model, c.model)) for c in self.geometry),
        )
