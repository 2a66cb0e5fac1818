"""Inspect AI: falloff's probes as its tasks, and a run as its log.

Knows probes, the run file and what was measured. Must not be known to any other room but the
command line: ``inspect_ai`` is an extra and takes seconds to import, so it is imported here alone.
"""
