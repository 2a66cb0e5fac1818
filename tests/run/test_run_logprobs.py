"""Log-probabilities in the run file: what was said comes back, and nothing breaks the bounds."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_fakes import FakeModel, conducted, manifest_of, open_for_writing, pair

from falloff.core import Reply, Request, RunFileError, TokenLogprobs, ToolCall
from falloff.run import open_for_reading
from falloff.run.interviewer import _told
from falloff.run.logprobs import CANDIDATES, CHARACTERS, TOKENS, read_logprobs, write_logprobs

LOGS = st.floats(-50, 0).map(lambda x: round(x, 6))
TOKENS_OF_A_TURN = st.lists(
    st.builds(
        TokenLogprobs,
        text=st.text(max_size=4),
        top=st.lists(st.tuples(st.text(max_size=4), LOGS), max_size=5).map(tuple),
    ),
    max_size=6,
).map(tuple)


@given(st.lists(TOKENS_OF_A_TURN, max_size=4).map(tuple))
def test_what_is_written_comes_back(turns: Any) -> None:
    assert read_logprobs(write_logprobs(turns)) == turns


def test_hostile_sizes_and_numbers_are_cut() -> None:
    bad = (("x" * 10_000, float("nan")), ("y", float("-inf")), ("z", 3.0), ("\ud800" * 999, -1.0))
    token = TokenLogprobs(text="\ud800" * 10_000, top=bad * 50)
    blob = write_logprobs([[token] * 3000] * 3)
    back = read_logprobs(blob)
    assert sum(map(len, back)) == TOKENS
    assert len(back[0][0].top) <= CANDIDATES
    assert all(len(text) <= CHARACTERS for text, _ in back[0][0].top)
    assert {log for _, log in back[0][0].top} == {0.0, -1.0}


@pytest.mark.parametrize(
    "blob",
    [
        b"nonsense",
        zlib.compress(b"[[[1"),
        zlib.compress(b'[[["a", [["b"]]]]]'),
        zlib.compress(b" " * 100_000_000),
        zlib.compress(json.dumps({"a": 1}).encode()),
    ],
    ids=["no zlib", "no JSON", "no pair", "a bomb", "no list"],
)
def test_what_was_not_written_so_is_refused(blob: bytes) -> None:
    with pytest.raises(RunFileError, match="cannot be read"):
        read_logprobs(blob)


def test_tokens_count_as_far_as_they_cover_what_was_said() -> None:
    token = (TokenLogprobs(text="a", top=()),)
    call = ToolCall(id="1", name="look", arguments="{}")
    told, called, untold = (
        Reply(text="a", logprobs=token),
        Reply(text="a", logprobs=token, tool_calls=(call,)),
        Reply(text="a"),
    )
    assert _told([told, told]) == (token, token)
    assert _told([told, called, told]) == (token, token)
    assert _told([told, untold, told]) == (token,)
    assert _told([untold, told]) == ()


class Telling(FakeModel):
    async def reply(self, request: Request) -> Reply:
        said = await super().reply(request)
        if not request.logprobs:
            return said
        tops = (((character, -0.5), ("?", -1.0)) for character in said.text)
        tokens = tuple(TokenLogprobs(text=top[0][0], top=top) for top in tops)
        return Reply(text=said.text, logprobs=tokens)


def test_first_answers_are_asked_for_them_and_repeats_are_not(tmp_path: Path) -> None:
    import asyncio

    path, models = tmp_path / "a.falloff", {"teacher": Telling("sim:a"), "student": Telling("b")}
    with open_for_writing(path, manifest_of(models, logprobs=2)) as store:
        asyncio.run(conducted(store, models, budget=20, repeats=2))
    with open_for_reading(path) as reader:
        kept = [turns for _, turns in reader.tokens("rule_chain", "teacher", "student")]
        answers = reader.evidence("rule_chain")
        said = dict(reader.transcripts("student", answers.probe_ids))
        repeats = reader._rows("SELECT count(*) FROM logprobs WHERE repeat > 0")
        assert list(repeats) == [(0,)]
    assert len(kept) == 10
    for position, turns in enumerate(kept):
        replies = [
            m.content for m in said[answers.probe_ids[position]].messages if m.role == "assistant"
        ]
        assert ["".join(token.text for token in turn) for turn in turns] == replies


def test_runs_with_and_without_them_are_different_runs() -> None:
    with_them = manifest_of(pair(), logprobs=5)
    assert with_them.differences(manifest_of(pair())) == ["logprobs: 5 ≠ 0"]
