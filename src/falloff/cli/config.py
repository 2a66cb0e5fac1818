"""--config: where a command's flags have their defaults from, unless the line says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from falloff.config import Config, find_config, read_config


@dataclass(frozen=True)
class Noted:
    """A config as one command uses it: ``context`` is the command's, once its flags are read."""

    config: Config = field(default_factory=Config)
    context: typer.Context | None = None

    def decided(self, flag: str) -> bool:
        """Whether the command has this flag's value from the config file."""
        if self.context is None:
            return False
        source = self.context.get_parameter_source(flag)
        return source is not None and source.name == "DEFAULT_MAP"


def _read(name: str) -> Noted:
    return Noted(read_config(Path(name)))


def _apply(context: typer.Context, given: Noted | None) -> Noted:
    """The config named, or else the one in the working directory; its defaults become the flags'.

    It is an eager option, so that this happens before any other flag is looked at.
    """
    config = given.config if given else find_config()
    flags: dict[str, Any] = config.defaults.said()
    if config.bench.file is not None:
        flags["bench"] = config.bench.file
    context.default_map = {
        name: str(value) if isinstance(value, Path) else value for name, value in flags.items()
    }
    return Noted(config, context)


ConfigFile = Annotated[
    Noted | None,
    typer.Option(
        "--config",
        help="Defaults, prices and columns. Default: falloff.toml, where there is one.",
        metavar="FILE",
        parser=_read,
        callback=_apply,
        is_eager=True,
        rich_help_panel="Cost",
    ),
]
