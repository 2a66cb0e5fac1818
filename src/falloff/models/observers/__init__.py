"""Observers: competence over a box, known exactly. Pure mathematics behind the simulated models.

Knows positions u on axes (0 at the centre, 1 at the top of the box) and nothing of probes, chance
or dialects. What is estimated elsewhere in the house is exact here: edges by bisection, volumes by
the sum over the grid, retention because the student is solved for it.
"""

from falloff.models.observers.misfits import Asymmetric, Bump, Compounding, Nominal, Plateau
from falloff.models.observers.observer import Observer
from falloff.models.observers.rules import (
    Pooled,
    Product,
    Rule,
    Step,
    WeakestLink,
    Weighted,
)
from falloff.models.observers.students import WAYS, Way, student_of

__all__ = [
    "WAYS",
    "Asymmetric",
    "Bump",
    "Compounding",
    "Nominal",
    "Observer",
    "Plateau",
    "Pooled",
    "Product",
    "Rule",
    "Step",
    "Way",
    "WeakestLink",
    "Weighted",
    "student_of",
]
