"""The stressors of a benchmark, each an axis: what changes around a question, or in its form.

Each keeps a rule that is checked on every variant; where it cannot, the item is rejected and
counted. They know items and variants, and no model.
"""
