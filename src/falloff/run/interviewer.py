"""Ask and check: one model, its probes, and when to give up on it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from falloff.core import (
    ModelError,
    Probe,
    Reason,
    Reply,
    Request,
    TokenLogprobs,
    UnansweredError,
    UnusableModelError,
)
from falloff.models.model import Model
from falloff.probes import Episode, Family, Shots
from falloff.run.brief import brief
from falloff.run.ledger import Ledger
from falloff.run.most import most_of
from falloff.run.purse import Purse
from falloff.run.recorder import Recorder
from falloff.run.records import Answer, PlacedProbe
from falloff.run.tasks import together

# A model that fails this often in a row is down; one that has never answered, sooner.
FAILURES_IN_A_ROW = 20
FAILURES_AT_FIRST = 5
# A turn is asked again only where earlier ones would be lost: with 30 % of all calls failing, an
# episode of 17 turns would otherwise end one time in 400. Waiting is the model's own business.
TURN_ATTEMPTS = 3
_NO_MONEY = "the money ran out before its next turn (--max-cost)"


class Interviewer:
    """Puts probes to one model, ``model.concurrency`` episodes at a time.

    ``answered`` holds the ids that need not be asked. A probe the model cannot be asked is recorded
    as an error; after too many in a row, or one that says it is of no use, the model is asked no
    more: ``gave_up`` is True. Set ``leaving`` for it to begin no more episodes.
    ``ledger`` and ``purse``: what is used, and whether an answer may begin; where money does not
    suffice, it leaves by itself. ``shots``: the examples by family. ``logprobs``: of so many
    candidates a token they are wanted. ``max_tokens``: where the model has a bound of its own.
    """

    def __init__(
        self,
        role: str,
        model: Model,
        recorder: Recorder,
        *,
        dialect: str,
        shots: Mapping[str, Shots],
        repeat: int,
        answered: set[str],
        logprobs: int = 0,
        ledger: Ledger,
        purse: Purse,
        max_tokens: int | None = None,
    ) -> None:
        self.role = role
        self.gave_up = self.leaving = False
        self._model = model
        self._recorder = recorder
        self._dialect = dialect
        self._shots = shots
        self._repeat = repeat
        self._answered = answered
        self._logprobs = logprobs
        self._ledger = ledger
        self._purse = purse
        self._max_tokens = max_tokens
        self._free = asyncio.Semaphore(model.concurrency)
        self._asked = self._failed = self._failed_in_a_row = 0
        self._errors: Counter[str] = Counter()
        self._useless: UnusableModelError | None = None

    @property
    def is_failing(self) -> bool:
        """Whether it has failed too often in a row to believe that it still answers."""
        return self._failed_in_a_row >= FAILURES_AT_FIRST

    def unanswered(self, batch: Sequence[PlacedProbe]) -> list[Probe]:
        return [placed.probe for placed in batch if placed.probe.id not in self._answered]

    async def ask(self, family: Family, probes: Sequence[Probe]) -> None:
        """Returns when all answers are on disk, or when the model is given up."""
        queue = iter(probes)
        workers = min(self._model.concurrency, len(probes))
        await together(self._work(family, queue) for _ in range(workers))

    async def _work(self, family: Family, queue: Iterator[Probe]) -> None:
        for probe in queue:
            # First come, first served: workers of several families take turns.
            async with self._free:
                if self.gave_up or self.leaving:
                    return
                if not await self._ask_one(family, probe):
                    self.leaving = True
                    return

    async def _ask_one(self, family: Family, probe: Probe) -> bool:
        """Put one probe to the model and record the answer; False where money does not suffice."""
        shots = self._shots[family.name].before(probe)
        episode = Episode(probe, dialect=self._dialect, family=family, shots=shots)
        name, outcome = f"{self.role} {self._repeat} {probe.id}", None
        most = most_of(episode.request(), self._max_tokens)
        if not await self._purse.open(name, self.role, family.name, most):
            return False
        self._ledger.begin(self.role)
        try:
            answer = await self._answer(episode, probe, name)
            outcome = answer.outcome
            if outcome.error != _NO_MONEY:
                self._judge(answer)
            await self._recorder.keep(answer)
        finally:
            self._ledger.end(self.role)
            await self._purse.close(name, self.role, family.name, outcome)
        return True

    async def _answer(self, episode: Episode, probe: Probe, name: str) -> Answer:
        replies: list[Reply] = []
        problem = None
        try:
            if not await self._play(episode, replies, name):
                problem = _NO_MONEY
                episode.fail()
        except ModelError as error:
            problem = brief(str(error))
            episode.fail()
            if isinstance(error, UnusableModelError):
                self._useless, self.gave_up = error, True
        finally:
            self._model.forget(probe.id)
        outcome = episode.outcome
        return Answer(
            role=self.role,
            repeat=self._repeat,
            probe_id=probe.id,
            outcome=replace(outcome, error=problem) if problem else outcome,
            transcript=episode.transcript,
            logprobs=_told(replies),
        )

    async def _play(self, episode: Episode, replies: list[Reply], name: str) -> bool:
        """To the end of the episode, or of the money, which is False.

        ``replies`` gets what the model says on the way.
        """
        attempts = 1
        while not episode.done:
            request = replace(episode.request(), repeat=self._repeat, logprobs=self._logprobs)
            if not await self._purse.ask(name, self.role, most_of(request, self._max_tokens)):
                return False
            replies.append(await self._reply(request, attempts))
            await self._purse.pay(name, self.role, replies[-1])
            episode.feed(replies[-1])
            attempts = TURN_ATTEMPTS
        return True

    async def _reply(self, request: Request, attempts: int) -> Reply:
        for _ in range(attempts - 1):
            try:
                return await self._model.reply(request)
            except (UnansweredError, UnusableModelError):
                raise  # the model has asked again itself, or knows better
            except ModelError:
                pass
        return await self._model.reply(request)

    def _judge(self, answer: Answer) -> None:
        self._asked += 1
        if answer.outcome.reason is not Reason.ERROR:
            self._failed_in_a_row = 0
            return
        self._errors[answer.outcome.error or ""] += 1
        self._failed += 1
        self._failed_in_a_row += 1
        never_answered = not self._answered and self._failed == self._asked
        patience = FAILURES_AT_FIRST if never_answered else FAILURES_IN_A_ROW
        self.gave_up = self.gave_up or self._failed_in_a_row >= patience

    def complaint(self) -> str:
        """What happened to a model that was given up, and what may help."""
        if self._useless:
            # Not cut: it may list the models that are there. Engines take keys out of it.
            return f"The {self.role}: {self._useless}"
        ((error, times),) = self._errors.most_common(1)
        return (
            f"The {self.role} ({self._model.spec}) does not answer: {self._failed} of"
            f" {self._asked} probes put to it failed ({self._failed / self._asked:.0%}), {times} of"
            f" them with: {error}"
        )


def _told(replies: Sequence[Reply]) -> tuple[tuple[TokenLogprobs, ...], ...]:
    """The tokens of each turn, as far as log-probabilities cover all that was said.

    They do not where there are none, or where a native tool call was made beside the text.
    """
    turns: list[tuple[TokenLogprobs, ...]] = []
    for reply in replies:
        if reply.logprobs is None:
            break
        turns.append(reply.logprobs)
        if reply.tool_calls:
            break
    return tuple(turns)
