"""English words, from the word list that pyspellchecker ships (extra ``bench``).

It was chosen since it is pure Python without further packages, kept up, 160,000 words of English in
half a megabyte of its wheel, and read in 0.2 s without a download.
"""

from __future__ import annotations

from functools import cache

from falloff.core import missing_extra


@cache
def english() -> frozenset[str]:
    """All words, in lower case. Raises :class:`falloff.core.SetupError` without the extra."""
    try:
        from spellchecker import SpellChecker
    except ImportError as problem:
        raise missing_extra("pyspellchecker", "bench", "The stressor typos") from problem
    return frozenset(SpellChecker(language="en").word_frequency.words())
