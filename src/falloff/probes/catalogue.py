"""The families that come with the package, imported for their registration and nothing else."""

from falloff.probes.error_recovery import (
    fault_chain,
    faults_under_rule,
    own_errors,
    tool_deception,
    tool_recovery,
)
from falloff.probes.long_horizon import (
    ledger,
    long_errand,
    piecemeal_errand,
    recall,
    update_chain,
)
from falloff.probes.novel_instructions import (
    ambiguity,
    constraints,
    extract_json,
    redefined,
    rewrite_chain,
)
from falloff.probes.reasoning import composition, ordering, reasoning_steps, rule_chain
from falloff.probes.simulated import SIM
from falloff.probes.tool_use import tool_chain, tool_errand, tool_missing, tool_reasoning

__all__ = [
    "SIM",
    "ambiguity",
    "composition",
    "constraints",
    "extract_json",
    "fault_chain",
    "faults_under_rule",
    "ledger",
    "long_errand",
    "ordering",
    "own_errors",
    "piecemeal_errand",
    "reasoning_steps",
    "recall",
    "redefined",
    "rewrite_chain",
    "rule_chain",
    "tool_chain",
    "tool_deception",
    "tool_errand",
    "tool_missing",
    "tool_reasoning",
    "tool_recovery",
    "update_chain",
]
