"""What is asked: families by capability, their tasks, dialects and worlds, and the controls.

Knows the nouns of ``core``. Must not know any model, any run, or what an answer means for a curve.
"""

from falloff.probes import catalogue as _catalogue
from falloff.probes.agents import Shots, play_guesser, play_oracle, solved_examples
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.episode import Episode
from falloff.probes.family import CAPABILITIES, FAMILIES, Family, family
from falloff.probes.suite import SUITES, Suite, public_families
from falloff.probes.task import Answer, Call, Observation, Question, Say

__all__ = [
    "CAPABILITIES",
    "FAMILIES",
    "SUITES",
    "Answer",
    "Call",
    "Episode",
    "Family",
    "Observation",
    "Question",
    "Say",
    "Shots",
    "Suite",
    "Wording",
    "dialects_of",
    "family",
    "play_guesser",
    "play_oracle",
    "public_families",
    "same",
    "solved_examples",
]

del _catalogue
