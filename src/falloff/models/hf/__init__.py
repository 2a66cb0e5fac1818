"""``hf:PATH``: any causal language model that transformers can load from a local folder.

``load`` is the door and ``options`` what stands behind the path. ``model`` takes requests:
``prompts`` turns them into tokens, ``batch`` computes replies together (``network`` over ``slots``,
beginnings found in ``sequences``) or ``whole`` does so through ``generate``, ``choosing`` takes the
next token, ``rows`` knows when a reply is over, ``speech`` what it says. ``hidden`` looks inside.
"""

from falloff.models.hf.load import load_hf

__all__ = ["load_hf"]
