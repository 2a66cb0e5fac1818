"""Imports every module of commands, so that each registers its own."""

from falloff.cli import compare, doctor, lab, probes, report

__all__ = ["compare", "doctor", "lab", "probes", "report"]
