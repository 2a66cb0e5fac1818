"""Logs that other harnesses have written: who was asked what, and what the answer was worth.

Knows the nouns of ``core`` and how ``tables`` reads lines. Must not know what the scores mean: logs
in, compact arrays of scores by item out. Texts are never kept, and nothing that a log names is
opened or fetched.
"""

from falloff.logs.answer import Answer, Wanted
from falloff.logs.collect import Scores, collect
from falloff.logs.sources import Source, named_sources

__all__ = ["Answer", "Scores", "Source", "Wanted", "collect", "named_sources"]
