"""The loop select → ask → check → record, written once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence

from falloff.core import ModelError
from falloff.models.model import Model
from falloff.probes import Family, Shots
from falloff.run.interviewer import Interviewer
from falloff.run.progress import Meter, Progress
from falloff.run.recorder import Recorder
from falloff.run.records import Answer
from falloff.run.selection import Selection
from falloff.run.store import RunStore
from falloff.run.tasks import together
from falloff.sampling import Design, Share

# What is asked again: draws from μ and direct calls at the centre, a third of an adaptive run. From
# these the means over the box and at the centre follow without a model of the region. Probes placed
# where they teach most would cost twice as much again, and are a sample of no declared measure.
REPEATED: tuple[Share, ...] = ("centre", "box")


async def conduct(
    *,
    design: Design,
    families: Sequence[Family],
    models: Mapping[str, Model],
    store: RunStore,
    progress: Callable[[Progress], None] = lambda _: None,
    repeats: int = 1,
) -> None:
    """Ask every model what the design wants to know, until the design is done; then the repeats.

    ``models`` goes from role to model. Seed, dialect and shots are those of the store's manifest.
    What is answered on disk is not asked again; errors are. ``progress`` is called at most five
    times a second and once at the end. With ``repeats`` above 1, the probes whose share is in
    :data:`REPEATED` are asked until every model has so many answers to each that are decoded alike.

    Raises :class:`falloff.core.UsageError` if a family has too few items for so many shots,
    :class:`falloff.core.ModelError` if a model stops answering, after the others have finished what
    they are being asked, and :class:`falloff.core.SetupError` if the disk is full.
    However it ends, by cancellation too, every answer that has come is on disk, and the same call
    goes on from there.
    """
    names = {role: store.manifest.models[role].spec for role in models}
    meter = Meter(names, time.monotonic())
    conductor = _Conductor(design, families, models, store, meter, progress)
    try:
        await conductor.run()
        store.trim()
        if repeats > 1:
            await conductor.repeat(repeats)
    finally:
        conductor.recorder.flush()
        progress(meter.snapshot(time.monotonic()))


class _Conductor:
    def __init__(
        self,
        design: Design,
        families: Sequence[Family],
        models: Mapping[str, Model],
        store: RunStore,
        meter: Meter,
        progress: Callable[[Progress], None],
    ) -> None:
        self.recorder = Recorder(store, self._committed)
        self._design = design
        self._families = families
        self._models = models
        self._store = store
        self._meter = meter
        self._progress = progress
        manifest = store.manifest
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
            self._models[role],
            self.recorder,
            dialect=self._store.manifest.dialect,
            shots=self._shots,
            repeat=repeat,
            answered=self._store.answered(role, repeat),
            logprobs=logprobs,
        )

    async def run(self) -> None:
        for round_ in itertools.count():
            evidence = {name: chosen.evidence for name, chosen in self._selections.items()}
            allocation = self._design.allocate(evidence)
            if not allocation:
                return
            self._meter.expect(sum(allocation.values()))
            self._meter.believe(self._design.headline(evidence))
            await together(
                self._ask_family(self._selections[name], count, round_)
                for name, count in allocation.items()
            )
            self._check_models()

    async def _ask_family(self, selection: Selection, count: int, round_: int) -> None:
        """The batches of one family, one after the other; other families do not wait for it."""
        while count > 0 and not any(i.gave_up for i in self._interviewers):
            batch = selection.next_batch(count, round_)
            missing = {i: i.unanswered(batch) for i in self._interviewers}
            for interviewer, probes in missing.items():
                self._meter.found(interviewer.role, len(batch) - len(probes))
            await together(i.ask(selection.family, probes) for i, probes in missing.items())
            selection.learn(batch)
            count -= len(batch)

    async def repeat(self, repeats: int) -> None:
        """Ask again: repeat 1 of every model and family, then repeat 2, and so on."""
        stamps = self._store.manifest.models
        for repeat in range(1, repeats + 1):
            roles = [r for r in self._models if repeat < stamps[r].first_repeat + repeats]
            self._interviewers = [self._interviewer(role, repeat=repeat) for role in roles]
            await together(self._ask_again(f) for f in self._families if roles)
            self._check_models()

    async def _ask_again(self, family: Family) -> None:
        probes = [p for p in self._store.placed(family.name) if p.share in REPEATED]
        missing = {i: i.unanswered(probes) for i in self._interviewers}
        self._meter.expect(len(probes), [i.role for i in self._interviewers])
        for interviewer, left in missing.items():
            self._meter.found(interviewer.role, len(probes) - len(left))
        await together(i.ask(family, left) for i, left in missing.items())

    def _committed(self, answer: Answer) -> None:
        self._meter.note(answer.role, answer.outcome)
        now = time.monotonic()
        if self._meter.is_due(now):
            self._progress(self._meter.snapshot(now))

    def _check_models(self) -> None:
        complaints = [i.complaint() for i in self._interviewers if i.gave_up]
        if complaints:
            now = self._meter.snapshot(time.monotonic())
            raise ModelError(
                "\n".join(complaints),
                remedy=f"{now.done - now.errors} of {now.total} answers are kept in"
                f" '{self._store.path}'. Mend the model, then run the same command"
                " again: it asks only what is missing.",
            )
