"""Tables that others have written: outcomes of their models on their items.

Knows the nouns of ``core``. Must not know what the outcomes mean: rows in, checked rows out, and
for everything that is off an error that names the line and the remedy.
"""

from falloff.tables.columns import Columns
from falloff.tables.outcomes import OutcomeTable, read_outcomes
from falloff.tables.rows import Data

__all__ = ["Columns", "Data", "OutcomeTable", "read_outcomes"]
