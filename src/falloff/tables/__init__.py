"""Tables that others have written: outcomes of their models on their items, as CSV.

Knows the nouns of ``core``. Must not know what the outcomes mean: rows in, checked rows out, and
for everything that is off an error that names the line and the remedy.
"""

from falloff.tables.columns import Columns
from falloff.tables.outcomes import OutcomeTable, read_outcomes

__all__ = ["Columns", "OutcomeTable", "read_outcomes"]
