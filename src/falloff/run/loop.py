"""The loop select → ask → check → record, written once."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping, Sequence

from falloff.core import RunStoppedError
from falloff.models.model import Model, notes_of
from falloff.probes import Family, Shots
from falloff.run.interviewer import Interviewer
from falloff.run.ledger import Ledger, Terms
from falloff.run.manifest import NULL
from falloff.run.progress import Meter, Progress
from falloff.run.purse import Purse
from falloff.run.recorder import Recorder
from falloff.run.records import REPEATED, Answer, PlacedProbe
from falloff.run.selection import Selection
from falloff.run.store import RunStore
from falloff.run.tasks import together
from falloff.sampling import Design

# Seconds that answers under way are given to arrive when a run is interrupted: they are paid for.
GRACE = 5.0


async def conduct(
    *,
    design: Design,
    families: Sequence[Family],
    models: Mapping[str, Model],
    store: RunStore,
    progress: Callable[[Progress], None] = lambda _: None,
    repeats: int = 1,
    grace: float = GRACE,
    terms: Terms | None = None,
) -> None:
    """Ask every model what the design wants to know, until it is done; then null and repeats.

    ``models`` goes from role to model. Seed, dialect and shots are those of the store's manifest.
    What is answered on disk is not asked again; errors are. ``progress`` is called at most five
    times a second and once at the end. With ``repeats`` above 1, the probes whose share is in
    :data:`falloff.run.records.REPEATED` are asked until every model has so many answers to each
    that are decoded alike.
    If the manifest wants a null, the first model is asked everything once more, as that role.

    Raises :class:`falloff.core.UsageError` if a family has too few items for so many shots,
    :class:`falloff.core.RunStoppedError` if a model stops answering, after the others have finished
    what they are being asked, and :class:`falloff.core.SetupError` if the disk is full.
    When it is cancelled, no more is asked, and what has been asked is given ``grace`` seconds to be
    answered; a second cancellation ends that. However it ends, every answer that has come is on
    disk, and the same call goes on from there.
    ``terms``: before it would cost more than its limit, the run ends with
    :class:`falloff.core.CostLimitError`.
    """
    names = {role: store.manifest.models[role].spec for role in models}
    if store.manifest.null:
        names[NULL] = f"{store.manifest.stamp(NULL).spec}, again"
    meter = Meter(names, time.monotonic())
    conductor = _Conductor(design, families, models, store, meter, progress, terms or Terms())
    work = asyncio.create_task(conductor.run(repeats))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        conductor.leave()
        await asyncio.wait([work], timeout=grace)
        raise
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        conductor.recorder.flush()
        conductor.keep_busy()
        progress(conductor.snapshot())


class _Conductor:
    def __init__(
        self,
        design: Design,
        families: Sequence[Family],
        models: Mapping[str, Model],
        store: RunStore,
        meter: Meter,
        progress: Callable[[Progress], None],
        terms: Terms,
    ) -> None:
        self.recorder = Recorder(store, self._committed)
        self._design = design
        self._families = families
        self._models = models
        self._store = store
        self._meter = meter
        self._progress = progress
        self._is_leaving = False
        manifest = store.manifest
        self._terms = terms
        self._names = {role: manifest.stamp(role).spec for role in manifest.roles}
        prices = {role: terms.prices.of(spec) for role, spec in self._names.items()}
        self._ledger = Ledger(prices, store.usage())
        self._purse = Purse(self._ledger, terms.limit, store.dearest())
        self._shots = {
            family.name: Shots(family, dialect=manifest.dialect, count=manifest.shots)
            for family in families
        }
        self._selections = {f.name: Selection(f, design, store) for f in families}
        self._interviewers = [
            self._interviewer(role, repeat=0, logprobs=manifest.logprobs) for role in models
        ]

    def _interviewer(self, role: str, *, repeat: int, logprobs: int = 0) -> Interviewer:
        return Interviewer(
            role,
            self._models[next(iter(self._models)) if role == NULL else role],
            self.recorder,
            dialect=self._store.manifest.dialect,
            shots=self._shots,
            repeat=repeat,
            answered=self._store.answered(role, repeat),
            logprobs=logprobs,
            ledger=self._ledger,
            purse=self._purse,
            max_tokens=self._store.manifest.stamp(role).max_tokens,
        )

    async def run(self, repeats: int) -> None:
        await self._ask_design()
        if self._is_leaving:
            return
        self._check_models(at_end=True)
        self._store.trim()
        if self._store.manifest.null:
            await self._ask_null()
            self._check_models(at_end=True)
        if repeats > 1 and not self._is_leaving:
            await self._ask_repeats(repeats)
            self._check_models(at_end=True)

    def leave(self) -> None:
        """Begin no more episodes; :meth:`run` returns when those under way have ended."""
        self._is_leaving = True
        for interviewer in self._interviewers:
            interviewer.leaving = True

    async def _ask_design(self) -> None:
        for round_ in itertools.count():
            evidence = {name: chosen.evidence for name, chosen in self._selections.items()}
            allocation = self._design.allocate(evidence)
            if not allocation:
                return
            self._meter.expect(sum(allocation.values()), self._models)
            self._meter.believe(self._design.headline(evidence))
            await together(
                self._ask_family(self._selections[name], count, round_)
                for name, count in allocation.items()
            )
            self._check_models()
            if self._is_leaving:
                return

    async def _ask_family(self, selection: Selection, count: int, round_: int) -> None:
        """The batches of one family, one after the other; other families do not wait for it."""
        while count > 0 and not any(i.gave_up or i.leaving for i in self._interviewers):
            batch = selection.next_batch(count, round_)
            missing = {i: i.unanswered(batch) for i in self._interviewers}
            for interviewer, probes in missing.items():
                self._meter.found(interviewer.role, len(batch) - len(probes))
            await together(i.ask(selection.family, probes) for i, probes in missing.items())
            if self._is_leaving or self._purse.is_empty:
                return
            selection.learn(batch)
            count -= len(batch)

    async def _ask_null(self) -> None:
        """Ask the first model all that it has been asked, as itself a second time.

        Only now, so that the null decides nothing of what is asked, and no two episodes of a model
        are the same conversation at once.
        """
        self._interviewers = [
            self._interviewer(NULL, repeat=0, logprobs=self._store.manifest.logprobs)
        ]
        await together(
            self._ask_again(family, list(self._store.placed(family.name)))
            for family in self._families
        )
        self._check_models()

    async def _ask_repeats(self, repeats: int) -> None:
        """Ask again: repeat 1 of every model and family, then repeat 2, and so on."""
        stamps = self._store.manifest.models
        for repeat in range(1, repeats + 1):
            roles = [r for r in self._models if repeat < stamps[r].first_repeat + repeats]
            self._interviewers = [self._interviewer(role, repeat=repeat) for role in roles]
            await together(self._ask_again(f, self._repeated(f)) for f in self._families if roles)
            self._check_models()
            if self._is_leaving:
                return

    def _repeated(self, family: Family) -> list[PlacedProbe]:
        return [p for p in self._store.placed(family.name) if p.share in REPEATED]

    async def _ask_again(self, family: Family, probes: Sequence[PlacedProbe]) -> None:
        missing = {i: i.unanswered(probes) for i in self._interviewers}
        self._meter.expect(len(probes), [i.role for i in self._interviewers])
        for interviewer, left in missing.items():
            self._meter.found(interviewer.role, len(probes) - len(left))
        await together(i.ask(family, left) for i, left in missing.items())

    def _committed(self, answer: Answer) -> None:
        self._meter.note(answer.role, answer.outcome)
        self._ledger.note(answer.role, answer.outcome)
        if self._meter.is_due(time.monotonic()):
            self.keep_busy()
            self._progress(self.snapshot())

    def keep_busy(self) -> None:
        self._store.keep_busy(self._ledger.busy())

    def snapshot(self) -> Progress:
        kept = [self._store.note] if self._store.note else []
        notes = [*kept, *(note for model in self._models.values() for note in notes_of(model))]
        return self._meter.snapshot(
            time.monotonic(),
            notes=tuple(dict.fromkeys([*notes, *self._purse.uncounted(self._names)])),
            money=self._ledger.money(),
            currency=self._terms.prices.currency,
        )

    def _check_models(self, *, at_end: bool = False) -> None:
        """Raise if a model was given up; ``at_end`` also if it was failing when all was asked."""
        if self._purse.is_empty:
            now = self.snapshot()
            kept = (
                f"{now.done - now.errors} of {now.total} answers are kept in '{self._store.path}'."
            )
            raise self._purse.complaint(self._names, self._terms.prices.currency, kept)
        failing = (i for i in self._interviewers if i.gave_up or (at_end and i.is_failing))
        complaints = [interviewer.complaint() for interviewer in failing]
        if complaints:
            raise RunStoppedError("\n".join(complaints), remedy=self._what_is_kept())

    def _what_is_kept(self) -> str:
        now = self.snapshot()
        if not self._store.holds_answers():
            return "Nothing was answered, so no run is kept."
        return (
            f"{now.done - now.errors} of {now.total} answers are kept in '{self._store.path}'."
            " Mend the model, then run the same command again: it asks only what is missing."
        )
