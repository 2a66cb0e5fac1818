"""Character vocabularies, as a ``tokenizer.json`` of the ``tokenizers`` package holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from falloff.core import Message, ModelError

PAD, BOS, END = "<pad>", "<bos>", "<end>"


@dataclass(frozen=True, kw_only=True)
class Characters:
    """One token a character; ``bos`` opens an episode, ``end`` closes each message."""

    ids: Mapping[str, int]
    texts: Mapping[int, str]
    bos: int
    end: int

    @classmethod
    def read(cls, file: Path) -> Characters:
        """From a ``tokenizer.json``. Raises :class:`ModelError` if it is not one of characters."""
        try:
            vocabulary = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
            ids = {text: int(token) for text, token in vocabulary.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise _no_characters(file, f"it has no model.vocab ({problem!r})") from problem
        if missing := {PAD, BOS, END} - ids.keys():
            raise _no_characters(file, f"it lacks {', '.join(sorted(missing))}")
        characters = {text: token for text, token in ids.items() if len(text) == 1}
        if len(characters) + 3 < len(ids):
            longer = next(t for t in ids if len(t) != 1 and t not in (PAD, BOS, END))
            raise _no_characters(file, f"{longer!r} is more than one character")
        texts = {token: text for text, token in characters.items()}
        return cls(ids=characters, texts=texts, bos=ids[BOS], end=ids[END])

    @property
    def size(self) -> int:
        """One more than the largest token id."""
        return max(*self.texts, self.bos, self.end) + 1

    def flatten(self, messages: Iterable[Message]) -> list[int]:
        """An episode as tokens: ``<bos>``, then each message's characters and ``<end>``.

        Raises :class:`ModelError` for a character that the vocabulary does not have.
        """
        tokens = [self.bos]
        for message in messages:
            try:
                tokens += [self.ids[character] for character in message.content]
            except KeyError as unknown:
                raise ModelError(
                    f"The character {unknown} is not in the model's vocabulary.",
                    remedy="Ask this model in the dialect it was trained on, 'micro'.",
                ) from unknown
            tokens.append(self.end)
        return tokens

    def text(self, token: int) -> str:
        """What a token adds to a text: nothing if it is a special one."""
        return self.texts.get(token, "")

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens, special ones left out."""
        return "".join(map(self.text, tokens))


def _no_characters(file: Path, why: str) -> ModelError:
    return ModelError(
        f"{file} is not a character vocabulary: {why}.",
        remedy="Run the checkpoint with hf:PATH, which takes every tokenizer.",
    )
