"""The character vocabulary of the embedded models: printable ASCII, one character a token."""

from __future__ import annotations

PAD, BOS, END = 0, 1, 2
SPECIALS = ("<pad>", "<bos>", "<end>")
CHARACTERS = "".join(chr(code) for code in range(32, 127)) + "\n"
SIZE = len(SPECIALS) + len(CHARACTERS)

# Every message ends with <end>; whose turn it is follows from the order.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}"
)

_IDS = {character: index + len(SPECIALS) for index, character in enumerate(CHARACTERS)}


def encode(text: str) -> list[int]:
    """Token ids of a text. Raises KeyError for a character outside the vocabulary."""
    return [_IDS[character] for character in text]


def decode(tokens: list[int]) -> str:
    """The text of token ids, special tokens left out."""
    return "".join(CHARACTERS[t - len(SPECIALS)] for t in tokens if t >= len(SPECIALS))
