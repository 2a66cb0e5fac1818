"""Benchmarks that the ``datasets`` library loads: of a hub, or of a folder on this machine.

    hf:openai/gsm8k?config=main&split=test
    hf:./saved                              # a folder of save_to_disk, or of Parquet files

Rows alone are taken: ``datasets`` 4 and later run no script of a data set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from falloff.core import SetupError, UnknownNameError, UsageError, missing_extra

PREFIX = "hf:"
_OPTIONS = ("config", "split", "revision")
# Of several splits, the first of these that is there: what models are not trained on.
_SPLITS = ("test", "validation", "dev")
# What a folder has that save_to_disk wrote.
_SAVED = ("dataset_dict.json", "state.json")


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """``rows`` of one split. ``name`` is the data set's, ``said`` how it is spoken of.

    ``digest`` is that of the rows, wherever they came from.
    """

    rows: tuple[Mapping[str, Any], ...]
    name: str
    said: str
    digest: str


def load_rows(spec: str) -> DataSet:
    """The rows of ``hf:NAME?config=…&split=…&revision=…``.

    Raises :class:`falloff.core.SetupError` without the extra ``datasets`` or where the hub is out
    of reach, :class:`falloff.core.UsageError` for what is not there.
    """
    name, options = _read(spec)
    try:
        import datasets
    except ImportError as problem:
        raise missing_extra("datasets", "datasets", f"The benchmark '{spec}'") from problem
    with _quiet(datasets), _explained(datasets, spec):
        found = _loaded(datasets, name, options)
    split = options.get("split")
    if isinstance(found, Mapping):
        split = _split(spec, split, tuple(found))
        found = found[split]
    elif split is not None and str(found.split) != split:
        raise UnknownNameError(f"split of '{spec}'", split, [str(found.split)])
    with _explained(datasets, spec):
        rows = tuple(dict(row) for row in found)
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, default=str, sort_keys=True).encode() + b"\n")
    said = f"{PREFIX}{name}" + (f", split {split}" if split else "")
    return DataSet(rows=rows, name=Path(name).name, said=said, digest=digest.hexdigest())


def _read(spec: str) -> tuple[str, dict[str, str]]:
    name, _, query = spec.removeprefix(PREFIX).partition("?")
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        option, _, value = part.partition("=")
        if option not in _OPTIONS:
            raise UnknownNameError("option of a data set", option, _OPTIONS)
        options[option] = unquote(value)
    if not name:
        raise UsageError(
            f"'{spec}' names no data set.", remedy="Write hf:NAME?config=…&split=…, or hf:FOLDER."
        )
    if Path(name).is_file():
        raise UsageError(f"'{name}' is a file.", remedy=f"Give it as it is: --bench {name}.")
    return name, options


def _loaded(datasets: Any, name: str, options: Mapping[str, str]) -> Any:
    """All splits of it, or the one that was saved."""
    folder = Path(name)
    if any((folder / file).is_file() for file in _SAVED):
        return datasets.load_from_disk(name)
    return datasets.load_dataset(name, options.get("config"), revision=options.get("revision"))


def _split(spec: str, wanted: str | None, there: tuple[str, ...]) -> str:
    if wanted is not None and wanted not in there:
        raise UnknownNameError(f"split of '{spec}'", wanted, there)
    found = wanted or next((name for name in _SPLITS if name in there), None)
    if found is None and len(there) == 1:
        (found,) = there
    if found is None:
        raise UsageError(
            f"'{spec}' has the splits {', '.join(there)}.",
            remedy=f"Name one: {spec}{'&' if '?' in spec else '?'}split={there[0]}.",
        )
    return found


@contextmanager
def _quiet(datasets: Any) -> Iterator[None]:
    """Without its progress bars and complaints: what is wrong is said once, by the error."""
    import logging

    loud = [(log := logging.getLogger(name), log.level) for name in ("datasets", "huggingface_hub")]
    bars = datasets.is_progress_bar_enabled()
    for log, _ in loud:
        log.setLevel(logging.CRITICAL)
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        for log, level in loud:
            log.setLevel(level)
        if bars:
            datasets.enable_progress_bars()


@contextmanager
def _explained(datasets: Any, spec: str) -> Iterator[None]:
    """Whatever is raised on the way to a data set, in one sentence."""
    try:
        yield
    except (datasets.exceptions.DatasetNotFoundError, FileNotFoundError) as problem:
        raise UsageError(
            f"There is no data set '{spec}': {_first(problem)}.",
            remedy="Check its name, config and revision; for a private one set HF_TOKEN.",
        ) from problem
    except (ConnectionError, TimeoutError) as problem:
        raise SetupError(
            f"The data set '{spec}' cannot be had: {_first(problem)}.",
            remedy="Check the network; or save it with save_to_disk where there is one, and give"
            " hf:FOLDER.",
        ) from problem
    except Exception as problem:
        raise UsageError(
            f"The data set '{spec}' cannot be read: {_first(problem)}.",
            remedy="Check its config and split; or save it as JSON lines or Parquet.",
        ) from problem


def _first(problem: Exception) -> str:
    said = " ".join(str(problem).split()) or type(problem).__name__
    return said[:300].rstrip(".")
