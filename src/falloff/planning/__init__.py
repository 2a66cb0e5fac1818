"""What a run will take before it begins: calls, tokens, minutes, money, and how wide its interval.

Asks no model anything. Knows the families, the design and the analysis, and plays them: oracles
for how long a talk is, observers drawn from the prior for how much will be known.
"""

from falloff.planning.forecast import Plan, RoleForecast, Width
from falloff.planning.planned import money_of, plan_of

__all__ = ["Plan", "RoleForecast", "Width", "money_of", "plan_of"]
