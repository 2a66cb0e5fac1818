"""The command line: thin commands over the Python face. Knows everyone; nobody knows it."""

from falloff.cli.app import main

__all__ = ["main"]
