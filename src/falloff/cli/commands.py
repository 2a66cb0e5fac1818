"""Imports every module of commands, so that each registers its own."""

from falloff.cli import compare, doctor, export, fit, gate, import_logs, lab, probes, report

__all__ = ["compare", "doctor", "export", "fit", "gate", "import_logs", "lab", "probes", "report"]
