"""How a simulated model knows what it is asked: the probe, its dialect, and the oracle's next move.

The oracle plays beside the conversation, one turn a reply. What the model itself said in a turn is
not looked at: until its last answer it says what the oracle says.
"""

from __future__ import annotations

from falloff.core import Coordinate, FalloffError, Message, ModelError, Probe, Request
from falloff.probes import FAMILIES, Episode
from falloff.probes.task import Action

# Conversations that are held in mind at once; who never forgets any loses the oldest.
MOST_PLAYS = 256


class Play:
    """The oracle's episode of a conversation that opens with ``opening``.

    ``prompt`` is the family's own part of the opening, ``action`` what the oracle does next,
    ``turns`` how often it has acted before.
    """

    def __init__(self, episode: Episode, opening: tuple[Message, ...]) -> None:
        self.episode = episode
        self.opening = opening
        self.prompt = "\n".join(message.content for message in episode.transcript.messages)
        self.turns = 0
        self._solution = episode.task.solve()
        self.action: Action = next(self._solution)

    def is_taken_up_by(self, request: Request) -> bool:
        """Whether the request has the same opening, and as many turns or more."""
        same = request.messages[: len(self.opening)] == self.opening
        return same and self._turns(request) >= self.turns

    def go_to(self, request: Request) -> None:
        """Play up to the turn that is asked for. Raises :class:`ModelError` beyond the last."""
        for _ in range(self._turns(request) - self.turns):
            episode = self.episode
            episode.feed(episode.renderer.say(episode.task, self.action))
            if episode.done or episode.observation is None:
                raise unknown(f"the episode of '{episode.probe.id}' is over")
            self.action = self._solution.send(episode.observation)
            self.turns += 1

    def _turns(self, request: Request) -> int:
        since = request.messages[len(self.opening) :]
        return sum(message.role == "assistant" for message in since)


class Plays:
    """One live play a conversation; one that a request does not take up is played anew."""

    def __init__(self) -> None:
        self._live: dict[str, Play] = {}

    def at(self, request: Request) -> Play:
        """The play at the turn that is asked for. Raises :class:`ModelError` if there is none."""
        play = self._live.pop(request.conversation, None)
        if play is None or not play.is_taken_up_by(request):
            play = _opened(request)
        play.go_to(request)
        self._live[request.conversation] = play
        if len(self._live) > MOST_PLAYS:
            del self._live[next(iter(self._live))]
        return play

    def forget(self, conversation: str) -> None:
        self._live.pop(conversation, None)

    def __len__(self) -> int:
        return len(self._live)


def _opened(request: Request) -> Play:
    """The play at its start, in the dialect whose prompt the request holds."""
    try:
        probe = _parse(request.conversation)
        dialects = FAMILIES[probe.family].renderers
    except (FalloffError, ValueError) as problem:
        raise unknown(f"'{request.conversation}' names no probe") from problem
    episodes = []
    for dialect in sorted(dialects):
        episode = Episode(probe, dialect=dialect)
        end = _end(request.messages, episode.transcript.messages)
        if end:
            return Play(episode, request.messages[:end])
        episodes.append(episode)
    for episode in episodes:
        end = _end(request.messages, episode.transcript.messages, after_text=True)
        if end:
            return Play(episode, request.messages[:end])
    raise unknown(f"the prompt of '{request.conversation}' is not its family's own")


def _end(
    messages: tuple[Message, ...], prompt: tuple[Message, ...], *, after_text: bool = False
) -> int:
    """Where the last ``prompt`` in ``messages`` ends, 0 if there is none.

    Worked examples may stand before it: as messages, or (``after_text``) in its first message.
    """
    first, *rest = prompt
    for end in range(len(messages), len(prompt) - 1, -1):
        opens, *others = messages[end - len(prompt) : end]
        if after_text:
            begins = opens.role == first.role and opens.content.endswith(f"\n{first.content}")
        else:
            begins = opens == first
        if begins and others == rest:
            return end
    return 0


def _parse(identity: str) -> Probe:
    """The probe of an id ``family@version/axis=dose,…/seed``, the seed in hexadecimal.

    It names the axes that the id names: those of its suite's box. They are part of its identity.
    """
    named, doses, seed = identity.split("/")
    name, version = named.split("@")
    family = FAMILIES[name]
    if family.version != int(version):
        raise ValueError(f"version {version} of family {name} is not the one installed")
    at = Coordinate.parse(family.axes, doses)
    axes = [part.partition("=")[0].strip() for part in doses.split(",") if part.strip()]
    box = Coordinate(doses=tuple((axis, at[axis]) for axis in axes))
    return family.probe(box, int(seed, 16))


def unknown(why: str) -> ModelError:
    """The error of what is no probe."""
    return ModelError(
        f"A simulated model answers falloff's own probes only: {why}.",
        remedy="Put it to a built-in suite, or use a real model.",
    )
