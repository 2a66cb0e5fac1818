"""Which items are new: by what is said and what is right, not by their seeds alone.

Where a family has few different items, as at an easy centre, new seeds bring old items back.
"""

from __future__ import annotations

import hashlib

from falloff.core import Probe
from falloff.probes import Episode, Family


class Known:
    """Items that have been seen, asked in a dialect."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._seen: set[bytes] = set()

    def add(self, family: Family, probe: Probe) -> bool:
        """Whether the probe's item was new; from now on it is known."""
        episode = Episode(probe, dialect=self._dialect, family=family)
        said = [message.content for message in episode.prompt]
        text = "\0".join([family.name, *said, episode.task.gold])
        mark = hashlib.blake2b(text.encode(), digest_size=16).digest()
        is_new = mark not in self._seen
        self._seen.add(mark)
        return is_new
