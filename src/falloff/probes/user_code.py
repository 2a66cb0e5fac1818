"""Modules from a user's Python file, each time as the file now is."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType


def spec_of(name: str, path: Path) -> ModuleSpec | None:
    """The module ``name`` from ``path``; None if that is no ``.py``."""
    if path.suffix != ".py":
        return None
    return importlib.util.spec_from_file_location(name, path, loader=_Anew(name, str(path)))


class _Anew(SourceFileLoader):
    """Without bytecode beside the file, by which a change within a second would not be seen."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.get_filename(fullname))
