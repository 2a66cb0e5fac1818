"""An item on its way to a model: as it stands, and then with one stressor or several upon it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from falloff.core import Message
from falloff.probes.bench.item import Item


class RejectedError(Exception):
    """A stressor cannot keep its rule on this item; the reason is counted, the item left out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An option as it is shown: ``lead`` stands before it (``"A. "``)."""

    lead: str
    text: str
    right: bool


Body = Callable[["Variant"], str]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a model is shown of an item; ``shown`` are its options, ``answers`` what is right.

    The last message is ``prefix``, the body, ``suffix``. The body is ``stem``, the options and
    ``tail``, unless a ``container`` writes it otherwise. ``shards``: it comes in parts, a turn
    each. ``form``: how the final answer is to be given, if it is said. ``demands``: names of
    instructions that were added.
    """

    item: Item
    stem: str
    tail: str
    shown: tuple[Shown, ...]
    before: tuple[Message, ...]
    answers: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""
    container: Body | None = field(default=None, compare=False)
    shards: tuple[str, ...] = ()
    form: str = ""
    demands: tuple[str, ...] = ()

    @classmethod
    def original(cls, item: Item) -> Variant:
        """The item, byte for byte."""
        stem, tail = item.prompt, ""
        shown: tuple[Shown, ...] = ()
        if options := item.options:
            if options.span:
                low, high = options.span
                stem, tail = item.prompt[:low], item.prompt[high:]
            elif options.listed:
                stem = f"{item.prompt}\n"
            shown = tuple(
                Shown(lead=lead, text=text, right=i == options.right)
                for i, (lead, text) in enumerate(zip(options.leads, options.texts, strict=True))
            )
        return cls(
            item=item, stem=stem, tail=tail, shown=shown, before=item.before, answers=item.answers
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The options, a line each; none where they are part of the stem's own sentences."""
        options = self.item.options
        if options is None or not (options.span or options.listed):
            return ()
        return tuple(f"{option.lead}{option.text}" for option in self.shown)

    @property
    def plain(self) -> str:
        """The body without a container."""
        return "".join((self.stem, "\n".join(self.lines), self.tail))

    @property
    def text(self) -> str:
        """The last message, or the first shard of it."""
        if self.shards:
            return self.shards[0]
        body = self.container(self) if self.container else self.plain
        return f"{self.prefix}{body}{self.suffix}"

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*self.before, Message(role="user", content=self.text))

    def within(self, prefix: str, suffix: str = "") -> Variant:
        """With something before and after all that is there."""
        return replace(self, prefix=prefix + self.prefix, suffix=self.suffix + suffix)
