"""Models that are there already, taken into an experiment as they are."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from falloff.core import UnknownNameError
from falloff.models.folder import check_folder, digests
from falloff.models.micro import EMBEDDED, embedded_names

_EMBEDDED = "micro:"


@dataclass(frozen=True, kw_only=True)
class Given:
    """The checkpoint in ``folder``, in the vocabulary of the embedded models; its content is the
    hashes of all that decides its answers. Raises :class:`falloff.core.ModelError` for a folder
    that is no checkpoint."""

    name: str
    purpose: str
    folder: Path

    @classmethod
    def of(cls, where: str, *, name: str, purpose: str, beside: Path) -> Given:
        """``micro:NAME``, or a folder, from ``beside`` if it is relative."""
        if not where.startswith(_EMBEDDED):
            folder = beside / Path(where).expanduser()
        elif (known := where.removeprefix(_EMBEDDED)) in embedded_names():
            folder = EMBEDDED / known
        else:
            raise UnknownNameError("embedded model", known, embedded_names())
        check_folder(folder)
        return cls(name=name, purpose=purpose, folder=folder)

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return digests(self.folder)

    def as_dict(self) -> dict[str, Any]:
        """All that decides its answers, as JSON has it."""
        return {"kind": "given", "name": self.name, "purpose": self.purpose, "sha256": self._hashes}

    def copy_to(self, folder: Path) -> None:
        """Whole, or not there. Raises :class:`OSError` where it cannot be written."""
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            shutil.copytree(self.folder, unfinished)
            unfinished.rename(folder)
        except OSError as problem:
            shutil.rmtree(unfinished, ignore_errors=True)
            if isinstance(problem, shutil.Error):  # a list of all files that could not be copied
                raise OSError(problem.args[0][0][-1]) from problem
            raise
