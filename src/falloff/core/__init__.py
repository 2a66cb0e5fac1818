"""The nouns everyone shares, errors, seeds and the registry. Knows nobody else in the house.

Everything here is frozen data or a pure function: no disk, no clock, no model, no numerics.
"""

from falloff.core.axis import Axis, Coordinate, format_dose
from falloff.core.errors import (
    CostLimitError,
    FalloffError,
    ModelError,
    RunFileError,
    RunStoppedError,
    SetupError,
    UnansweredError,
    UnknownNameError,
    UnusableModelError,
    UsageError,
    missing_extra,
)
from falloff.core.logins import without_logins
from falloff.core.outcome import Outcome, Reason
from falloff.core.price import (
    CURRENCY,
    Price,
    PriceTable,
    Usage,
    costs_nothing,
    money,
    no_price,
    runs_here,
)
from falloff.core.probe import Probe
from falloff.core.registry import Entry, Registry
from falloff.core.seeds import child_rng, child_seed
from falloff.core.transcript import (
    Finish,
    Message,
    Reply,
    Request,
    TokenLogprobs,
    ToolCall,
    ToolSpec,
    Transcript,
)

__all__ = [
    "CURRENCY",
    "Axis",
    "Coordinate",
    "CostLimitError",
    "Entry",
    "FalloffError",
    "Finish",
    "Message",
    "ModelError",
    "Outcome",
    "Price",
    "PriceTable",
    "Probe",
    "Reason",
    "Registry",
    "Reply",
    "Request",
    "RunFileError",
    "RunStoppedError",
    "SetupError",
    "TokenLogprobs",
    "ToolCall",
    "ToolSpec",
    "Transcript",
    "UnansweredError",
    "UnknownNameError",
    "UnusableModelError",
    "Usage",
    "UsageError",
    "child_rng",
    "child_seed",
    "costs_nothing",
    "format_dose",
    "missing_extra",
    "money",
    "no_price",
    "runs_here",
    "without_logins",
]
