"""How each number is defined: what the report links to, and ``docs/definitions.md`` is made from.

One list for all, in the order in which a reader meets the numbers.
"""

from falloff.report.definitions.comparing import COMPARING
from falloff.report.definitions.counting import COUNTING
from falloff.report.definitions.curves import CURVES
from falloff.report.definitions.definition import Definition
from falloff.report.definitions.novelty import NOVELTY
from falloff.report.definitions.regions import REGIONS

GROUPS: tuple[tuple[str, tuple[Definition, ...]], ...] = (
    ("One model on one family", REGIONS),
    ("Along one axis", CURVES),
    ("A student against its teacher", COMPARING),
    ("Against the training data, where it is given", NOVELTY),
    ("What was asked, and what came back", COUNTING),
)
DEFINITIONS: tuple[Definition, ...] = tuple(d for _, group in GROUPS for d in group)

__all__ = ["DEFINITIONS", "GROUPS", "Definition"]
