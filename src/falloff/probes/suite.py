"""Suites: named sets of families, asked in one dialect. A suite's version pins what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from falloff.core import Axis, Registry
from falloff.probes.family import FAMILIES, Family


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Families by name and the dialect in which they are put to the models.

    One that is not ``public`` has no place among what real models are asked. ``boxes`` gives the
    axes of families whose box is not their own whole one. ``weights``: of families in the headline,
    within their capability; equal where none are given.
    """

    name: str
    version: str
    dialect: str
    family_names: tuple[str, ...]
    public: bool = True
    boxes: Mapping[str, tuple[Axis, ...]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name and version, as reports print them beside every volume."""
        return f"{self.name} {self.version}"

    @property
    def families(self) -> tuple[Family, ...]:
        whole = (FAMILIES[name] for name in self.family_names)
        return tuple(family.within(self.boxes.get(family.name, family.axes)) for family in whole)


SUITES: Registry[Suite] = Registry("suite")

# One family a capability, in the compact dialect of the embedded models or in English.
_MICRO = ("rule_chain", "tool_chain", "fault_chain", "update_chain", "rewrite_chain")

MICRO = SUITES.register("micro")(
    Suite(
        name="micro",
        version="2.0",
        dialect="micro",
        family_names=_MICRO,
    )
)
CHAT = SUITES.register("chat")(
    Suite(
        name="chat",
        version="2.0",
        dialect="chat",
        family_names=_MICRO,
    )
)
_TEXT = (
    "reasoning_steps",
    "composition",
    "ordering",
    "own_errors",
    "recall",
    "ledger",
    "redefined",
    "constraints",
    "ambiguity",
    "extract_json",
)
_AGENTIC = (
    "tool_errand",
    "tool_missing",
    "tool_reasoning",
    "tool_recovery",
    "tool_deception",
    "faults_under_rule",
    "long_errand",
    "piecemeal_errand",
)
# One family a capability.
_QUICK = ("reasoning_steps", "tool_errand", "tool_recovery", "recall", "redefined")

TEXT = SUITES.register("text")(
    Suite(name="text", version="1.1", dialect="chat", family_names=_TEXT)
)
AGENTIC = SUITES.register("agentic")(
    Suite(name="agentic", version="1.1", dialect="chat", family_names=_AGENTIC)
)
CORE = SUITES.register("core")(
    Suite(name="core", version="1.1", dialect="chat", family_names=(*_TEXT, *_AGENTIC))
)
QUICK = SUITES.register("quick")(
    Suite(name="quick", version="1.0", dialect="chat", family_names=_QUICK)
)


def public_families() -> tuple[Family, ...]:
    """The families that real models are asked: all but those of other suites alone, by name."""
    public = {name for key in SUITES if SUITES[key].public for name in SUITES[key].family_names}
    others = {name for key in SUITES for name in SUITES[key].family_names} - public
    return tuple(FAMILIES[name] for name in FAMILIES if name not in others)
