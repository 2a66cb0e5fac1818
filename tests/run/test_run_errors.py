"""What went wrong is kept, in a few words, without keys, and said where it is asked for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_fakes import FakeModel, outcomes, pair, run

from falloff.core import ModelError, Reason, Reply, Request
from falloff.run import open_for_reading
from falloff.run.brief import brief

KEY = "sk-proj-4f9aB71x0Qe2mmn3TzL8"


class Moody(FakeModel):
    """Fails with 429 two times of three, and once with something else."""

    def __init__(self) -> None:
        super().__init__("sim:moody", concurrency=1)
        self.count = 0

    async def reply(self, request: Request) -> Reply:
        del request
        self.count += 1
        code = 500 if self.count % 3 == 0 else 429
        raise ModelError(f"HTTP {code} for key {KEY}", remedy="Wait.")


def test_the_most_frequent_error_is_in_the_complaint_and_every_one_in_the_run(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.falloff"
    with pytest.raises(ModelError, match="4 of them with: HTTP 429") as complaint:
        run(path, {"teacher": Moody(), "student": FakeModel("sim:b")}, budget=40)
    kept = [o.error for (role, _), o in outcomes(path).items() if role == "teacher"]
    assert sorted(kept) == ["HTTP 429 for key [hidden] Wait."] * 4 + [
        "HTTP 500 for key [hidden] Wait."
    ]
    assert KEY not in str(complaint.value)
    assert KEY.encode() not in path.read_bytes()


def test_an_answer_that_replaces_an_error_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(failing=0.1), budget=40)
    failed = {key for key, o in outcomes(path).items() if o.reason is Reason.ERROR}
    assert failed
    assert all(outcomes(path)[key].error == "The line is dead. Plug it in." for key in failed)
    run(path, pair(), budget=40)
    assert all(outcome.error is None for outcome in outcomes(path).values())


def test_runs_written_before_errors_were_kept_can_be_read_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=20)
    before = outcomes(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE errors")
        connection.execute("DROP TABLE logprobs")
        connection.execute("DELETE FROM manifest WHERE key IN ('repeats', 'logprobs')")
    connection.close()
    assert outcomes(path) == before
    with open_for_reading(path) as reader:
        assert set(reader.tokens("rule_chain", "teacher", "student")) == {(None, None)}
    run(path, pair(failing=0.1), budget=40)
    assert outcomes(path).items() >= before.items()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "401: Incorrect API key provided: abc123DEF.",
            "401: Incorrect API key provided: [hidden]",
        ),
        ("header Authorization: Bearer eyJhbGciOi.x1", "header Authorization: Bearer [hidden]"),
        ("http://me:pw@host/v1 is down", "http://[hidden]@host/v1 is down"),
        ("GET https://host/v1?key=1&x=2 failed", "GET https://host/v1?[hidden] failed"),
        ('{"api_key": "xyz"}', '{"api_key": "[hidden]"}'),
        ("got 0123456789abcdef0123456789abcdef", "got [hidden]"),
        ("Basic authentication is off", "Basic authentication is off"),
        ("KeyError: 'choices'\n  in line 7", "KeyError: 'choices' in line 7"),
    ],
)
def test_keys_are_hidden_and_the_rest_is_kept(text: str, kept: str) -> None:
    assert brief(text) == kept


@given(st.text(max_size=3000))
def test_any_text_becomes_one_short_line(text: str) -> None:
    assert len(brief(text)) <= 200
    assert len(brief(text).splitlines()) <= 1


@given(st.text(st.characters(codec="ascii"), max_size=60), st.text(max_size=60))
def test_a_key_is_hidden_wherever_it_stands(before: str, after: str) -> None:
    assert KEY not in brief(f"{before} {KEY} {after}")
