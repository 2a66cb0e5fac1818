"""Imports every module of commands, so that each registers its own."""

from falloff.cli import compare, doctor, export, fit, import_logs, lab, plan, probes, report

__all__ = ["compare", "doctor", "export", "fit", "import_logs", "lab", "plan", "probes", "report"]
