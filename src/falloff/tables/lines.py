"""Lines of files that others have written: bounded, whatever they are; what is lost is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from falloff.core import UsageError

# No answer and no prompt is longer: what is, is left out, and never held in memory.
LONGEST = 64 * 1024 * 1024
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(kw_only=True)
class Losses:
    """What of a file could not be used, counted while it is read."""

    read: int = 0
    not_text: int = 0
    not_json: int = 0
    too_long: int = 0
    cut_short: int = 0

    @property
    def lost(self) -> int:
        return self.not_text + self.not_json + self.too_long + self.cut_short

    def said(self, path: Path) -> tuple[str, ...]:
        """One sentence, or none where nothing is lost."""
        kinds = (
            (self.cut_short, "the last line is cut short"),
            (self.not_json, f"{self.not_json:,} not JSON"),
            (self.not_text, f"{self.not_text:,} not in UTF-8"),
            (self.too_long, f"{self.too_long:,} longer than {LONGEST >> 20} MB"),
        )
        if not self.lost:
            return ()
        why = ", ".join(words for count, words in kinds if count)
        lines = "line is" if self.lost == 1 else "lines are"
        return (f"{path.name}: {self.lost:,} {lines} left out ({why}); {self.read:,} are used.",)


def text_lines(path: Path, losses: Losses) -> Iterator[tuple[int, str, bool]]:
    """(number, line, whether it ends as lines do), blank ones skipped.

    A byte order mark is dropped. Raises :class:`falloff.core.UsageError` for a file that cannot be
    opened, or is in UTF-16.
    """
    try:
        with path.open("rb") as file:
            mark = file.read(3)
            if mark[:2] in _UTF16_MARKS:
                raise UsageError(f"{path} is in UTF-16.", remedy="Save it in UTF-8 and try again.")
            if mark != _UTF8_MARK:
                file.seek(0)
            number = 0
            while line := file.readline(LONGEST):
                number += 1
                if len(line) == LONGEST and not line.endswith(b"\n"):
                    while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                        pass
                    losses.too_long += 1
                    continue
                if not line.strip():
                    continue
                try:
                    text = line.decode()
                except UnicodeDecodeError:
                    text = "\0"
                if "\0" in text:
                    losses.not_text += 1
                    continue
                losses.read += 1
                yield number, text, line.endswith(b"\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}.", remedy="Check the path."
        ) from error


def json_lines(path: Path, losses: Losses) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number, object) of each line that holds one. Raises as :func:`text_lines` does."""
    for number, text, ended in text_lines(path, losses):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield number, value
            continue
        losses.read -= 1
        if ended:
            losses.not_json += 1
        else:
            losses.cut_short += 1
