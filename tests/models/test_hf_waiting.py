"""Who waits for a place in the batch is taken in by length, and nobody is passed over."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from falloff.core import Message, Request
from falloff.models.hf.rows import Row
from falloff.models.hf.waiting import Waiting
from falloff.models.worker import Job


def row(length: int) -> Row:
    request = Request(conversation="", messages=(Message(role="user", content="?"),))
    return Row.of(Job(request=request), [1] * length, room=99, most=9, luck=None)


def lengths(waiting: Waiting, count: int) -> list[int]:
    taken = [waiting.take() for _ in range(count)]
    return [len(row.sequence.tokens) for row in taken if row is not None]


def test_the_longest_of_a_round_go_first_and_who_comes_later_waits_for_the_next():
    waiting = Waiting()
    for length in (3, 9, 5):
        waiting.add(row(length))
    assert lengths(waiting, 1) == [9]
    waiting.add(row(20))
    assert lengths(waiting, 4) == [5, 3, 20]
    assert not waiting


def test_who_is_put_back_is_next():
    waiting = Waiting()
    for length in (3, 9):
        waiting.add(row(length))
    first = waiting.take()
    waiting.put_back(first)
    assert waiting.take() is first


def test_who_nobody_waits_for_is_left_out():
    waiting, gone = Waiting(), row(9)
    gone.job.promise.cancel()
    waiting.add(gone)
    waiting.add(row(3))
    assert lengths(waiting, 2) == [3]
