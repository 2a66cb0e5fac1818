"""``gguf:FILE``: a model in one file, run by llama.cpp on this machine.

``load`` is the door; ``file`` and ``options`` read what the user wrote, ``process`` starts
``serving`` in a process of its own, ``model`` asks it through the client of ``http``, and ``dense``
goes through transformers where llama.cpp's package is absent.
"""

from falloff.models.gguf.load import load_gguf

__all__ = ["load_gguf"]
