"""One word for each reason and each status, wherever they are shown."""

from falloff.analysis.estimates import Status
from falloff.core import Reason

REASONS = {
    Reason.SOLVED: "solved",
    Reason.WRONG: "wrong answer",
    Reason.WRONG_FORMAT: "right value in the wrong form",
    Reason.MALFORMED: "no answer or call could be read",
    Reason.TRUNCATED: "cut off at the token limit",
    Reason.REFUSED: "refused",
    Reason.LOOPED: "went round in circles",
    Reason.OUT_OF_BUDGET: "ran out of turns or calls",
    Reason.CONTEXT_OVERFLOW: "did not fit into the context",
    Reason.ERROR: "not answered (error, not counted)",
}

SHORT_REASONS = {
    Reason.SOLVED: "solved",
    Reason.WRONG: "wrong",
    Reason.WRONG_FORMAT: "wrong form",
    Reason.MALFORMED: "unreadable",
    Reason.TRUNCATED: "cut off",
    Reason.REFUSED: "refused",
    Reason.LOOPED: "looped",
    Reason.OUT_OF_BUDGET: "out of turns",
    Reason.CONTEXT_OVERFLOW: "too long",
    Reason.ERROR: "error",
}

STATUSES = {
    Status.OK: "ok",
    Status.CENTRE_NOT_ESTABLISHED: "centre not established",
    Status.SATURATED: "saturated",
    Status.ERRORS: "too many errors",
    Status.TOO_FEW: "too few probes",
}
