"""Who answers: local engines, endpoints, plain functions, simulated models; one interface.

Knows the nouns of ``core``. Must not know what a probe is worth, where to ask next, or how models
are trained. Of ``probes``, ``simulated`` knows the families, since its models answer through the
oracle, and ``inspected`` how arguments of calls are read.
Importing the room loads neither numpy nor torch; engines are imported when a spec asks for them.
"""

from falloff.models.load import LOADERS, load_model
from falloff.models.model import Model

__all__ = ["LOADERS", "Model", "load_model"]
