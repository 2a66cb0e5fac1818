"""What is asked: families by capability, their tasks, dialects and worlds, and the controls.

Knows the nouns of ``core``. Must not know any model, any run, or what an answer means for a curve.
"""

from falloff.probes.agents import play_guesser, play_oracle, solved_examples
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.episode import Episode
from falloff.probes.error_recovery import own_errors as _own_errors
from falloff.probes.family import CAPABILITIES, FAMILIES, Family, family
from falloff.probes.long_horizon import ledger as _ledger
from falloff.probes.long_horizon import recall as _recall
from falloff.probes.novel_instructions import ambiguity as _ambiguity
from falloff.probes.novel_instructions import constraints as _constraints
from falloff.probes.novel_instructions import extract_json as _extract_json
from falloff.probes.novel_instructions import redefined as _redefined
from falloff.probes.reasoning import composition as _composition
from falloff.probes.reasoning import ordering as _ordering
from falloff.probes.reasoning import reasoning_steps as _reasoning_steps
from falloff.probes.reasoning import rule_chain as _rule_chain
from falloff.probes.simulated import SIM as _SIM
from falloff.probes.suite import SUITES, Suite, public_families
from falloff.probes.task import Answer, Call, Observation, Question, Say
from falloff.probes.tool_use import tool_chain as _tool_chain

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

# Imported for their registration.
del _SIM, _ambiguity, _composition, _constraints, _extract_json, _ledger, _ordering
del _own_errors, _reasoning_steps, _recall, _redefined, _rule_chain, _tool_chain
