"""How far prompts lie from those a student was trained on, and what is kept how far out.

A view turns prompts into vectors of length 1; distance is 1 − cosine to the nearest training
prompt; the rim of the training prompts is the unit. One view beside the structured axes, not the
whole picture: n-grams see wording, embeddings see topic, neither sees bigger numbers.
"""

from falloff.analysis.novelty.along import along_novelty
from falloff.analysis.novelty.nearest import NearestPrompts
from falloff.analysis.novelty.ngrams import ngram_vectors
from falloff.analysis.novelty.results import (
    ZONES,
    FamilyNovelty,
    Novelty,
    StudentNovelty,
    Traffic,
    Zone,
    ZoneShare,
    zone_of,
)
from falloff.analysis.novelty.rim import Rim, rim_of
from falloff.analysis.novelty.separation import auc
from falloff.analysis.novelty.traffic import traffic_of

__all__ = [
    "ZONES",
    "FamilyNovelty",
    "NearestPrompts",
    "Novelty",
    "Rim",
    "StudentNovelty",
    "Traffic",
    "Zone",
    "ZoneShare",
    "along_novelty",
    "auc",
    "ngram_vectors",
    "rim_of",
    "traffic_of",
    "zone_of",
]
