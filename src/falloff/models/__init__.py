"""Who answers: local engines, endpoints, plain functions, simulated models; one interface.

Knows the nouns of ``core``. Must not know what a probe is worth, where to ask next, or how models
are trained. One module, ``simulated``, knows ``probes``: its models answer through the oracle.
Importing the room loads neither numpy nor torch; engines are imported when a spec asks for them.
"""

from falloff.models.load import LOADERS, load_model
from falloff.models.model import Model

__all__ = ["LOADERS", "Model", "load_model"]
