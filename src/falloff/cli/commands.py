"""Imports every module of commands, so that each registers its own."""

from falloff.cli import (
    card,
    compare,
    diff,
    doctor,
    export,
    fit,
    gate,
    import_logs,
    lab,
    mine,
    plan,
    probes,
    report,
)

__all__ = [
    "card",
    "compare",
    "diff",
    "doctor",
    "export",
    "fit",
    "gate",
    "import_logs",
    "lab",
    "mine",
    "plan",
    "probes",
    "report",
]
