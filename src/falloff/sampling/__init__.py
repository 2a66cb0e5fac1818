"""Where to ask next. Pure: outcomes in, coordinates out.

Knows the nouns of ``core`` and the axes of a family. Must not know a model, a file, a clock, or in
which order answers arrived. The adaptive design is in :mod:`falloff.sampling.look_ahead`: it loads
the numerics, so it is imported where it is used.
"""

from falloff.sampling.design import Design, Guess, Placement
from falloff.sampling.evidence import FamilyEvidence, Share
from falloff.sampling.space_filling import SpaceFilling

__all__ = ["Design", "FamilyEvidence", "Guess", "Placement", "Share", "SpaceFilling"]
