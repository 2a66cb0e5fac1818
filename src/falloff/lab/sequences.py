"""Episodes as tokens, the way the embedded models' chat template lays them out."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass, replace

from falloff.core import Message, Reason
from falloff.lab.vocabulary import BOS, CHARACTERS, END, decode, encode
from falloff.probes import Episode

# Replies of these end where the room did: the model wrote no end of message.
_UNENDED = (Reason.TRUNCATED, Reason.CONTEXT_OVERFLOW)


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One episode as tokens; ``learn`` marks those that the model writes itself."""

    tokens: list[int]
    learn: list[bool]


def sequence_of(episode: Episode) -> Sequence:
    """A finished episode. A last reply that was cut off has no end of message."""
    whole = sequence_of_messages(episode.transcript.messages)
    if episode.outcome.reason in _UNENDED:
        return Sequence(tokens=whole.tokens[:-1], learn=whole.learn[:-1])
    return whole


def sequence_of_messages(messages: Iterable[Message]) -> Sequence:
    """A conversation, each of its messages whole."""
    tokens, learn = [BOS], [False]
    for message in messages:
        text = [*encode(message.content), END]
        tokens += text
        learn += [message.role == "assistant"] * len(text)
    return Sequence(tokens=tokens, learn=learn)


def is_verbatim(episode: Episode) -> bool:
    """Whether its text is all that the model wrote: no special token went lost on the way."""
    written = sum(len(m.content) + 1 for m in episode.transcript.messages if m.role == "assistant")
    return episode.outcome.completion_tokens == written - (episode.outcome.reason in _UNENDED)


def spoiled(sequence: Sequence, rng: random.Random) -> Sequence:
    """With one of the characters that the model writes replaced by another of its kind."""
    places = [
        i for i, (t, on) in enumerate(zip(sequence.tokens, sequence.learn, strict=True))
        if on and t != END
    ]  # fmt: skip
    at = rng.choice(places)
    was = decode([sequence.tokens[at]])
    kind = next((kind for kind in _KINDS if was in kind), CHARACTERS)
    wrong = rng.choice([character for character in kind if character != was])
    tokens = list(sequence.tokens)
    tokens[at] = encode(wrong)[0]
    return replace(sequence, tokens=tokens)


_KINDS = (string.digits, string.ascii_lowercase, string.ascii_uppercase, string.punctuation)
