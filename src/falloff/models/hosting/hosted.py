"""A model whose copies compute elsewhere, behind the common interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from falloff.core import ModelError, Reply, Request, UnansweredError, UnusableModelError
from falloff.models.hosting.place import LostError, Place
from falloff.models.hosting.wire import pack_request, unpack, unpack_reply

# A turn whose place is lost is asked again elsewhere, so often in all: it may be what kills them.
ATTEMPTS = 5
# A place that is lost so often in a row, and has answered nothing, is not opened again.
LOSSES = 8
# How often a copy is loaded at first: a cluster may have sent it to a machine that is just dying.
LOADINGS = 2
# Seconds that a copy has to load; a cluster may have no room for it at all.
PATIENCE = 900.0


class _Seat:
    """Where one copy of the model is, and was: lost places are followed by new ones."""

    def __init__(self, open_place: Callable[[], Place]) -> None:
        self._open_place = open_place
        self.place = open_place()
        self.conversations: set[str] = set()
        self.lost_in_a_row = 0

    @property
    def is_usable(self) -> bool:
        return self.lost_in_a_row < LOSSES

    def load(self) -> tuple[bool, int]:
        """Whether its copy has yet to load, and how many conversations it has."""
        return not self.place.facts().done(), len(self.conversations)

    def lose(self, place: Place) -> None:
        """That place is lost; all who were asking it say so, and the first opens another."""
        if place is not self.place:
            return
        place.close()
        self.conversations.clear()
        self.lost_in_a_row += 1
        if self.is_usable:
            self.place = self._open_place()


class HostedModel:
    """``workers`` copies of a model. A conversation stays with the copy that keeps its cache.

    Copies load at once, side by side; whoever first wants to know something of them waits. They
    must describe themselves alike. A place that is lost is opened again, and what it was asked is
    asked again: a request holds all that was said, so the reply is the same.
    """

    def __init__(self, spec: str, open_place: Callable[[], Place], *, workers: int) -> None:
        self._given = spec
        self._seats: list[_Seat] = []
        self._facts: dict[str, Any] | None = None
        self._notes: dict[str, None] = {}
        self._is_shut = False
        try:
            for _ in range(workers):
                self._seats.append(_Seat(open_place))
        except BaseException:  # Ctrl-C too
            self.shut()
            raise

    @property
    def spec(self) -> str:
        return str(self._known()["spec"])

    @property
    def concurrency(self) -> int:
        return int(self._known()["concurrency"]) * len(self._seats)

    @property
    def notes(self) -> list[str]:
        """What the copies have noted."""
        return list(self._notes)

    def describe(self) -> dict[str, Any]:
        """As the model itself does. Raises what loading it raised, and :class:`ModelError` if its
        copies are not the same.
        """
        return dict(self._known()["description"])

    async def reply(self, request: Request) -> Reply:
        """The reply of the copy that has the conversation.

        Raises what that copy raises; :class:`UnansweredError` if every place that was asked was
        lost, and :class:`UnusableModelError` when there are no more to ask; :class:`ModelError`
        once it is closed.
        """
        packed = pack_request(request)
        why = ""
        for _ in range(ATTEMPTS):
            if self._is_shut:
                raise ModelError(
                    f"Model '{self._given}' is closed.", remedy="Load it again with load_model."
                )
            seat = self._seat_of(request.conversation)
            place = seat.place
            try:
                await _loaded(place)
                reply, notes = unpack_reply(await asyncio.wrap_future(place.reply(packed)))
            except LostError as lost:
                why = str(lost)
                if not self._is_shut:
                    seat.lose(place)
                continue
            seat.lost_in_a_row = 0
            self._notes |= dict.fromkeys(notes)
            return reply
        raise UnansweredError(f"Lost {ATTEMPTS} times while it was being answered: {why}")

    def forget(self, conversation: str) -> None:
        for seat in self._seats:
            if conversation in seat.conversations:
                seat.conversations.discard(conversation)
                seat.place.forget(conversation)

    async def close(self) -> None:
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """End every copy, from outside an event loop too."""
        self._is_shut = True
        for seat in self._seats:
            seat.place.close()

    def _seat_of(self, conversation: str) -> _Seat:
        """The seat that has it, or else the one with the fewest, if possible of those loaded."""
        usable = [seat for seat in self._seats if seat.is_usable]
        if not usable:
            raise UnusableModelError(
                f"All places of model '{self._given}' were lost, {LOSSES} times in a row each.",
                remedy="Most likely memory ran out: take fewer with --workers.",
            )
        seat = next((seat for seat in usable if conversation in seat.conversations), None)
        seat = seat or min(usable, key=_Seat.load)
        seat.conversations.add(conversation)
        return seat

    def _known(self) -> dict[str, Any]:
        if self._facts is None:
            found = [self._first_facts(seat) for seat in self._seats]
            self._check_alike(found)
            self._facts = found[0]
        return self._facts

    def _first_facts(self, seat: _Seat) -> dict[str, Any]:
        for left in reversed(range(LOADINGS)):
            place = seat.place
            try:
                return unpack(place.facts().result(PATIENCE))
            except TimeoutError as late:
                raise self._not_loaded(f"not within {PATIENCE:.0f} seconds.") from late
            except LostError as lost:
                if not left or self._is_shut:
                    raise self._not_loaded(str(lost)) from lost
                seat.lose(place)
        raise AssertionError  # the last loading has returned or raised

    def _not_loaded(self, why: str) -> ModelError:
        return ModelError(
            f"Model '{self._given}' cannot be loaded elsewhere: {why}",
            remedy="Each place holds a copy of the model: take fewer with --workers, or load it"
            " here, with --executor asyncio.",
        )

    def _check_alike(self, found: list[dict[str, Any]]) -> None:
        first, *others = (facts["description"] for facts in found)
        for other in others:
            names = [n for n in {**first, **other} if first.get(n) != other.get(n)]
            if names:
                raise ModelError(
                    f"The copies of model '{self._given}' are not the same: they differ in"
                    f" {', '.join(names)}.",
                    remedy="Put the same files and versions on every machine of the cluster.",
                )


async def _loaded(place: Place) -> None:
    """Waits for a place that follows a lost one. Raises what its loading raised."""
    facts = place.facts()
    if not facts.done():
        # Others wait for it too: who is cancelled leaves it alone.
        await asyncio.shield(asyncio.wrap_future(facts))
    unpack(facts.result())
