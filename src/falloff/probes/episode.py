"""One probe put to one model: ask, read, let the world answer, until there is an outcome."""

from __future__ import annotations

import json

from falloff.core import Finish, Message, Outcome, Probe, Reason, Reply, Request, Transcript
from falloff.probes.answers import refusal
from falloff.probes.family import FAMILIES, Family
from falloff.probes.task import Action, Answer, Call, Observation, Say, Unreadable

# A model whose calls bring nothing new this often in a row is going round in circles.
LOOP_AFTER = 3

_CUT_SHORT: dict[Finish, Reason] = {
    "length": Reason.TRUNCATED,
    "refused": Reason.REFUSED,
    "overflow": Reason.CONTEXT_OVERFLOW,
}
_NO_OBJECT = Observation(value="the arguments are not a JSON object", error=True)


class Episode:
    """The state of one probe under way. Knows the dialect, not the model.

    Use: ``while not episode.done: episode.feed(await model.reply(episode.request()))``, then
    ``episode.outcome`` and ``episode.transcript``. ``shots`` are solved examples shown before the
    question; ``prompt`` and transcript are without them. ``observation`` is what the world said
    last, ``malformed_calls`` how many calls could not be read.
    """

    def __init__(
        self,
        probe: Probe,
        *,
        dialect: str,
        family: Family | None = None,
        shots: tuple[Transcript, ...] = (),
    ) -> None:
        self.probe = probe
        family = family or FAMILIES[probe.family]
        self.task = family.task(probe)
        self.renderer = family.renderer(dialect)
        self.observation: Observation | None = None
        self.malformed_calls = 0
        self.prompt = self.renderer.prompt(self.task)
        self._opening = self.renderer.with_shots(shots, self.prompt) if shots else self.prompt
        self._messages = list(self.prompt)
        self._tools = self.renderer.tools(self.task)
        self._world = self.task.world()
        self._calls = self._stale = 0
        self._seen: set[tuple[str, str, str]] = set()
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
            messages=(*self._opening, *self._messages[len(self.prompt) :]),
            tools=self._tools,
            max_tokens=self.renderer.max_tokens(self.task),
        )

    def feed(self, reply: Reply) -> None:
        """Take the model's reply: act on its calls, or settle the outcome."""
        self._replies.append(reply)
        self._messages.append(
            Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls)
        )
        if reply.finish in _CUT_SHORT:
            self._settle(_CUT_SHORT[reply.finish])
            return
        for action in self.renderer.read(self.task, reply):
            self._take(action)
            if self.done:
                return
        if len(self._replies) >= self.task.max_turns:
            self._give_up(Reason.OUT_OF_BUDGET)

    def fail(self) -> None:
        """The model could not be asked: no score, and no blame on the model."""
        self._settle(Reason.ERROR)

    def _take(self, action: Action) -> None:
        match action:
            case Answer() as answer:
                # In a talk, a value named in passing is no final answer.
                passing = answer.loose or answer.tentative
                if not (passing and self._is_heard(self._replies[-1].text)):
                    self._settle(self.judge(answer), answer=answer.value)
            case Call() as call:
                self._act(call)
            case Say(text=text):
                if not self._is_heard(text):
                    self._settle(Reason.REFUSED if refusal(text) else Reason.MALFORMED)
            case Unreadable():
                self._settle(Reason.MALFORMED)

    def judge(self, answer: Answer) -> Reason:
        """What the answer would be worth, with the world as it stands."""
        reason = self.task.check(answer.value, self._world)
        if not answer.loose:
            return reason
        return Reason.WRONG_FORMAT if reason is Reason.SOLVED else Reason.MALFORMED

    def _act(self, call: Call) -> None:
        self._calls += 1
        if self._calls > self.task.max_calls:
            self._give_up(Reason.OUT_OF_BUDGET)
            return
        if call.arguments is None:
            self.malformed_calls += 1
            self.observation = _NO_OBJECT
        else:
            self.observation = self._world.call(call.tool, call.arguments)
        self._messages.append(self.renderer.result(call, self.observation))
        if self._brings_nothing_new(call, self.observation):
            self._give_up(Reason.LOOPED)

    def _brings_nothing_new(self, call: Call, observation: Observation) -> bool:
        key = (call.tool, json.dumps(call.arguments, sort_keys=True), observation.value)
        self._stale = self._stale + 1 if key in self._seen else 0
        self._seen.add(key)
        return self._stale >= LOOP_AFTER

    def _is_heard(self, text: str) -> bool:
        """Whether somebody is there who answers ``text``."""
        said = self._world.hear(text)
        if said is None:
            return False
        self.observation = Observation(value=said)
        self._messages.append(self.renderer.heard(said))
        return True

    def _give_up(self, reason: Reason) -> None:
        """The end without an answer: of a model that never made a readable call, malformed."""
        unread = self._calls and self.malformed_calls == min(self._calls, self.task.max_calls)
        self._settle(Reason.MALFORMED if unread else reason)

    def _settle(self, reason: Reason, *, answer: str | None = None) -> None:
        score = None if reason is Reason.ERROR else float(reason is Reason.SOLVED)
        self._outcome = Outcome(
            score=score,
            reason=reason,
            answer=answer,
            calls=len(self._replies),
            prompt_tokens=sum(r.prompt_tokens for r in self._replies),
            completion_tokens=sum(r.completion_tokens for r in self._replies),
            cached_tokens=sum(r.cached_tokens for r in self._replies),
            thinking_tokens=sum(r.thinking_tokens for r in self._replies),
            seconds=sum(r.seconds for r in self._replies),
        )
