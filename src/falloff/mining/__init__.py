"""Mining: new examples from where a student lost what its teacher still has, to train it on.

Knows a finished run and how to ask. Must not know how a report looks or what was typed on a command
line. What measures a student is never what it is trained on: probes are new, and the run's own are
left out.
"""

from falloff.mining.grounds import WHERE, Where
from falloff.mining.mine import Mined, MinedFamily, mine_run

__all__ = ["WHERE", "Mined", "MinedFamily", "Where", "mine_run"]
