"""Findings as files: one JSON an experiment and setting, whole or not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

from falloff.analysis.findings import Finding
from falloff.core import SetupError, UsageError


def keep_finding(finding: Finding, out: Path) -> Path:
    """Write a finding into ``out``. Raises :class:`SetupError` where that cannot be written."""
    file = out / f"{finding.experiment}-{finding.setting}.json"
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(finding.as_dict(), indent=1, allow_nan=False) + "\n")
        draft.replace(file)
    except OSError as error:
        raise SetupError(
            f"The finding cannot be written to {file}: {error.strerror}.",
            remedy="Make room there, or name another folder with --out.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return file


def read_findings(out: Path) -> list[Finding]:
    """All findings in a folder, by hypothesis and name, those of most seeds first.

    Raises :class:`UsageError` where there are none, or a file is none of ours.
    """
    found = [_read(file) for file in sorted(out.glob("*.json"))]
    if not found:
        raise UsageError(
            f"There are no findings in '{out}'.",
            remedy="Run an experiment: falloff lab run smoke; or name its folder with --out.",
        )
    return sorted(
        found, key=lambda one: (not one.hypothesis, one.hypothesis, one.experiment, -one.seeds)
    )


def read_remarks(out: Path) -> str:
    """What someone wrote about the findings: ``remarks.md`` beside them, empty without one."""
    file = out / "remarks.md"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _read(file: Path) -> Finding:
    try:
        return Finding.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"'{file}' is no finding of an experiment: {error}.",
            remedy="Move it elsewhere, or run its experiment again.",
        ) from error
