"""What an answer was worth, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a probe scored what it scored: one list for all families and models."""

    SOLVED = "solved"
    WRONG = "wrong"
    WRONG_FORMAT = "wrong_format"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    LOOPED = "looped"
    OUT_OF_BUDGET = "out_of_budget"
    CONTEXT_OVERFLOW = "context_overflow"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One model's result on one probe.

    ``score`` is in [0, 1], and None exactly for ``error``: such an outcome is asked again later
    and never counted as the model's failure. ``answer`` is what was read as the final answer.
    ``calls`` counts requests to the model (an episode of 16 turns is 16). Of the prompts' tokens
    ``cached_tokens`` were not computed anew, of the replies' ``thinking_tokens`` were thought, as
    far as the engine tells. ``error`` is what went
    wrong, in a few words and without secrets; None unless the reason is ``error``.
    """

    score: float | None
    reason: Reason
    answer: str | None = None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    thinking_tokens: int = 0
    seconds: float = 0.0
    error: str | None = None

    def __post_init__(self) -> None:
        if (self.score is None) != (self.reason is Reason.ERROR):
            raise ValueError(f"score {self.score} does not go with reason {self.reason}")
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score {self.score} is outside [0, 1]")
