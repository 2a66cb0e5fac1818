"""The lab's findings for other programs: one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from falloff.analysis.findings import Finding


def findings_as_dict(findings: Sequence[Finding]) -> dict[str, Any]:
    """``hypotheses``: each with ``hypothesis``, ``verdict``, ``effect`` (an interval), ``seeds``,
    and what that rests on; ``experiments``: those that claim nothing."""
    return {
        "hypotheses": [
            {"effect": found.effect.as_dict(), **found.as_dict()}
            for found in findings
            if found.hypothesis
        ],
        "experiments": [found.as_dict() for found in findings if not found.hypothesis],
    }
