"""Retention during training: a callback for transformers' Trainer and for TRL's trainers.

Knows how to ask a model that is in memory, and what its answers mean. Must not know a run file, a
report or a command line: what is measured goes where the training logs.
"""

from falloff.callback.callback import RetentionCallback
from falloff.callback.retention import Measurement

__all__ = ["Measurement", "RetentionCallback"]
