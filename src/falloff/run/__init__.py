"""Asking: the loop select → ask → check → record, and the file that keeps all of it.

Knows probes, models and designs. Must not know what an answer means for a curve, how a report
looks, or what was typed on a command line.
"""

from falloff.run.kept import keep_estimates
from falloff.run.ledger import Terms
from falloff.run.lock import is_being_written
from falloff.run.loop import conduct
from falloff.run.manifest import NULL, FamilyStamp, Manifest, Mode, ModelStamp
from falloff.run.progress import ModelProgress, Progress
from falloff.run.reader import Completeness, FamilyAnswers, RunReader, open_for_reading
from falloff.run.records import Answer, PlacedProbe
from falloff.run.store import RunStore, open_for_writing

__all__ = [
    "NULL",
    "Answer",
    "Completeness",
    "FamilyAnswers",
    "FamilyStamp",
    "Manifest",
    "Mode",
    "ModelProgress",
    "ModelStamp",
    "PlacedProbe",
    "Progress",
    "RunReader",
    "RunStore",
    "Terms",
    "conduct",
    "is_being_written",
    "keep_estimates",
    "open_for_reading",
    "open_for_writing",
]
