"""What `typer docs/cli.py utils docs` writes the page of commands from."""

from falloff.cli import commands
from falloff.cli.app import app

__all__ = ["app", "commands"]
