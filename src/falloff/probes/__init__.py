"""What is asked: families by capability, their tasks, dialects and worlds, and the controls.

Knows the nouns of ``core``. Must not know any model, any run, or what an answer means for a curve.
"""

from falloff.probes.agents import play_guesser, play_oracle, solved_examples
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.episode import Episode
from falloff.probes.error_recovery import faults_under_rule as _faults_under_rule
from falloff.probes.error_recovery import tool_deception as _tool_deception
from falloff.probes.error_recovery import tool_recovery as _tool_recovery
from falloff.probes.family import CAPABILITIES, FAMILIES, Family, family
from falloff.probes.long_horizon import long_errand as _long_errand
from falloff.probes.reasoning import reasoning_steps as _reasoning_steps
from falloff.probes.reasoning import rule_chain as _rule_chain
from falloff.probes.simulated import SIM as _SIM
from falloff.probes.suite import SUITES, Suite, public_families
from falloff.probes.task import Answer, Call, Observation, Question, Say
from falloff.probes.tool_use import tool_chain as _tool_chain
from falloff.probes.tool_use import tool_errand as _tool_errand
from falloff.probes.tool_use import tool_missing as _tool_missing
from falloff.probes.tool_use import tool_reasoning as _tool_reasoning

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
del _SIM, _reasoning_steps, _rule_chain, _tool_chain
del _tool_errand, _tool_missing, _tool_reasoning
del _faults_under_rule, _tool_deception, _tool_recovery, _long_errand
