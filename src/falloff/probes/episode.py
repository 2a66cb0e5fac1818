"""One probe put to one model: ask, read, let the world answer, until there is an outcome."""

from __future__ import annotations

from collections import Counter

from falloff.core import Finish, Message, Outcome, Probe, Reason, Reply, Request, Transcript
from falloff.probes.family import FAMILIES, Family
from falloff.probes.task import Answer, Call, Observation, Unreadable

# A model that makes the very same call this often is going round in circles.
LOOP_AFTER = 3

_CUT_SHORT: dict[Finish, Reason] = {
    "length": Reason.TRUNCATED,
    "refused": Reason.REFUSED,
    "overflow": Reason.CONTEXT_OVERFLOW,
}


class Episode:
    """The state of one probe under way. Knows the dialect, not the model.

    Use: ``while not episode.done: episode.feed(await model.reply(episode.request()))``, then
    ``episode.outcome`` and ``episode.transcript``. ``observation`` is what the world said last.
    """

    def __init__(self, probe: Probe, *, dialect: str, family: Family | None = None) -> None:
        self.probe = probe
        family = family or FAMILIES[probe.family]
        self.task = family.task(probe)
        self.renderer = family.renderer(dialect)
        self.observation: Observation | None = None
        self._messages = list(self.renderer.prompt(self.task))
        self._tools = self.renderer.tools(self.task)
        self._world = self.task.world()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._replies: list[Reply] = []
        self._outcome: Outcome | None = None

    @property
    def done(self) -> bool:
        return self._outcome is not None

    @property
    def outcome(self) -> Outcome:
        if self._outcome is None:
            raise RuntimeError(f"the episode of {self.probe.id} is not done")
        return self._outcome

    @property
    def transcript(self) -> Transcript:
        return Transcript(messages=tuple(self._messages))

    def request(self) -> Request:
        """What the model is asked next."""
        return Request(
            conversation=self.probe.id,
            messages=tuple(self._messages),
            tools=self._tools,
            max_tokens=self.renderer.max_tokens(self.task),
        )

    def feed(self, reply: Reply) -> None:
        """Take the model's reply: act on its call, or settle the outcome."""
        self._replies.append(reply)
        self._messages.append(
            Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls)
        )
        if reply.finish in _CUT_SHORT:
            self._settle(_CUT_SHORT[reply.finish])
            return
        match self.renderer.read(self.task, reply):
            case Answer(value=value):
                self._settle(self.task.check(value), answer=value)
            case Call() as call:
                self._act(call)
            case Unreadable():
                self._settle(Reason.MALFORMED)

    def fail(self) -> None:
        """The model could not be asked: no score, and no blame on the model."""
        self._settle(Reason.ERROR)

    def _act(self, call: Call) -> None:
        self._seen[call.tool, call.argument] += 1
        if self._seen[call.tool, call.argument] >= LOOP_AFTER:
            self._settle(Reason.LOOPED)
        elif self._seen.total() > self.task.max_calls:
            self._settle(Reason.OUT_OF_BUDGET)
        else:
            self.observation = self._world.call(call.tool, call.argument)
            self._messages.append(self.renderer.result(call, self.observation))

    def _settle(self, reason: Reason, *, answer: str | None = None) -> None:
        score = None if reason is Reason.ERROR else float(reason is Reason.SOLVED)
        self._outcome = Outcome(
            score=score,
            reason=reason,
            answer=answer,
            calls=len(self._replies),
            prompt_tokens=sum(r.prompt_tokens for r in self._replies),
            completion_tokens=sum(r.completion_tokens for r in self._replies),
            seconds=sum(r.seconds for r in self._replies),
        )
