"""From the names of logs to the scores in them, and to their comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from falloff.core import UnknownNameError, UsageError, missing_extra
from falloff.imported.comparing import Comparing, LogComparison
from falloff.logs import Answer, Scores, Source, Wanted, collect, named_sources
from falloff.logs.answer import NOVELTY
from falloff.logs.lm_eval import LmEvalLog
from falloff.logs.table import CsvLog
from falloff.tables.lines import Losses


def compare_logs(
    logs: str | Path | Sequence[str | Path],
    *,
    reference: str | None = None,
    align: Literal["id", "hash"] | None = None,
    metric: str | None = None,
    filter: str | None = None,
    level: str | None = None,
    group: str | None = None,
    chance: float | None = None,
    train_data: str | Path | None = None,
    view: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> LogComparison:
    """Compare the models of logs on the items that they share.

    ``logs``: ``samples_*.jsonl`` of lm-evaluation-harness, ``.eval`` logs of Inspect, CSV, or
    folders of them, each as ``PATH`` or ``NAME=PATH``. ``reference``: the model to compare with,
    the first unless said. ``level``: the column or key of the level, or ``novelty`` with
    ``train_data``. ``group``: the key of what belongs together and is resampled as one. ``chance``:
    the score of a guess. Raises :class:`falloff.core.UsageError` for logs that cannot be compared.
    """
    if chance is not None and not 0 <= chance < 1:
        raise UsageError(f"A chance level of {chance:g} is none.", remedy="Give 0 to below 1.")
    if (level == NOVELTY) != (train_data is not None):
        raise UsageError(
            "Levels by novelty need the training data, and the other way round.",
            remedy="Give both --level novelty and --train-data FILE.",
        )
    named = [str(log) for log in ([logs] if isinstance(logs, str | Path) else logs)]
    wanted = Wanted(
        align=align, metric=metric, filter=filter, level=level, group=group, columns=columns
    )
    notes: list[str] = []
    measure = None
    if train_data is not None:
        from falloff.training import NGRAMS, training_data

        training = training_data(train_data, view=view or NGRAMS)
        if training.rim.why:
            raise UsageError(
                f"Novelty is not identifiable: {training.rim.why}.",
                remedy="Give more, and more various, training prompts, or another --level.",
            )
        notes += training.prompts.said
        measure = training.novelty
    models, tasks = collect(_answers(named_sources(named), wanted, notes), measure=measure)
    return Comparing(
        models=_ordered(models, reference, named, notes),
        tasks=tasks,
        level=level,
        chance=chance,
        notes=notes,
    ).result()


def _answers(sources: Iterable[Source], wanted: Wanted, notes: list[str]) -> Iterator[Answer]:
    """All answers; what is to be said of each log is added to ``notes`` when it is read."""
    for source in sources:
        losses = Losses()
        log = _opened(source, wanted, losses)
        yield from log
        notes += log.said
        if log.unscored:
            notes.append(f"{source.path.name}: {log.unscored:,} samples without a score, left out.")
        notes += losses.said(source.path)


def _opened(source: Source, wanted: Wanted, losses: Losses) -> Any:
    if source.kind == "lm-eval":
        return LmEvalLog(source.path, source.model or "", wanted, losses)
    if source.kind == "csv":
        return CsvLog(source.path, source.model or source.path.stem, wanted, losses)
    try:
        import inspect_ai  # noqa: F401
    except ImportError as error:
        raise missing_extra("inspect-ai", "inspect", "Reading a log of Inspect") from error
    from falloff.inspection.reading import InspectLog

    return InspectLog(source.path, source.model, wanted)


def _ordered(
    models: tuple[Scores, ...], reference: str | None, logs: Sequence[str], notes: Sequence[str]
) -> tuple[Scores, ...]:
    """The reference first. Raises :class:`falloff.core.UsageError` for fewer than two."""
    names = [model.model for model in models]
    if len(models) < 2:
        found = f"one model only, '{names[0]}'" if names else "no scored answer"
        raise UsageError(
            " ".join([f"The logs ({', '.join(logs)}) hold {found}.", *_losses(notes)]),
            remedy="Give logs of two models or more; if the names are the same, name them:"
            " falloff import big=FILE small=FILE.",
        )
    if reference is not None and reference not in names:
        raise UnknownNameError("model", reference, names)
    return tuple(sorted(models, key=lambda m: m.model != (reference or names[0])))


def _losses(notes: Sequence[str]) -> list[str]:
    """Of what was noted, what was left out: it may be why there is so little."""
    return [note for note in notes if "left out" in note]
