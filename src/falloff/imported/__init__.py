"""Models compared by the logs that people have: ``falloff.compare_logs``. Nothing is asked.

Puts ``logs`` and ``analysis`` together. Must not be known to the rooms that ask models.
"""

from falloff.imported.comparing import LogComparison, LogPair
from falloff.imported.opening import compare_logs

__all__ = ["LogComparison", "LogPair", "compare_logs"]
