"""``inspect:PROVIDER/MODEL``: whatever Inspect AI reaches, through its model layer.

Inspect is imported in the modules of this folder, when such a model is asked for.
"""

from falloff.models.inspected.load import load_inspected

__all__ = ["load_inspected"]
