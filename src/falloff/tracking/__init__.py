"""A finding where people look at their experiments: MLflow, Weights & Biases.

Knows a run and what it found. Must not know the command line; each tracker is imported by its own
module alone, and only when something is logged to it.
"""

from falloff.tracking.trackers import TRACKERS, Logged, log_run

__all__ = ["TRACKERS", "Logged", "log_run"]
