"""A made-up report: a comparison, and probes on which the models differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up_comparison import AXES, CAPABILITIES, MODELS, comparison

from falloff.core import Coordinate, Message, Outcome, Reason, ToolCall, Transcript, child_rng
from falloff.report.contents import Divergence, ModelAnswer, ReportContents
from falloff.report.unfinished import Standing

HOSTILE = (
    "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    "</script></style></pre></textarea><svg onload=alert(1)>"
    '<a href="javascript:document.title=1">click</a> {{ 7 * 7 }} {% raw %} &lt;b&gt; '
    "\u202egnirts desrever\u202c \x00 \x1b[31mred\x1b[0m \u200bzero \ud800 \r\n end"
)
MakeContents = Callable[..., ReportContents]


def spoken(prompt: str, reply: str, *, tool: bool = False) -> Transcript:
    messages = [Message(role="user", content=prompt)]
    if tool:
        call = ToolCall(id="1", name="look_up", arguments='{"key": "b4"}')
        messages.append(Message(role="assistant", content="", tool_calls=(call,)))
        messages.append(Message(role="tool", content="7", tool_call_id="1"))
    messages.append(Message(role="assistant", content=reply))
    return Transcript(messages=tuple(messages))


def divergence(number: int) -> Divergence:
    rng = child_rng("divergence", number)
    family = ("rule_chain", "tool_chain")[number % 2]
    axes = AXES[family]
    at = Coordinate.at(axes, {axis.name: rng.choice(axis.levels) for axis in axes})
    if number == 0:
        at = Coordinate.at(axes, {"steps": 8, "distractors": 2})
    gained = number % 9 == 8
    answers = []
    for model in MODELS:
        teacher = model == "micro:teacher"
        solved = teacher != gained if teacher or model == "micro:narrow" else rng.random() < 0.7
        reason = Reason.SOLVED if solved else rng.choice([Reason.WRONG, Reason.MALFORMED])
        reply = f"a3+4b7*2c4={4 if solved else 9}" if number % 7 else HOSTILE
        answers.append(
            ModelAnswer(
                model=model,
                transcript=spoken("Ra+4b;b*2c|a3?c", reply, tool=family == "tool_chain"),
                outcome=Outcome(score=float(solved), reason=reason, answer="4", calls=1),
            )
        )
    return Divergence(
        probe=f"{family}@1/{at.key}/{number:016x}",
        family=family,
        capability=CAPABILITIES[family],
        coordinate=at,
        gold="4",
        answers=tuple(answers),
    )


def report_contents(divergences: int = 90) -> ReportContents:
    return ReportContents(
        comparison=comparison(),
        manifest={
            "falloff": "0.1.0",
            "suite": {"name": "micro", "version": "1.0", "families": sorted(AXES)},
            "seed": 0,
            "decoding": {"temperature": 0, "max_tokens": 80},
            "design": "adaptive",
            "teacher": {"spec": "micro:teacher", "weights": "sha256:9f2c…"},
        },
        divergences=tuple(divergence(number) for number in range(divergences)),
        run="runs/micro-1.0-3f2a.falloff",
        created="2026-11-24 04:40",
        standing=Standing(answered=2398, errors=2, probes=600),
        axes=AXES,
    )


def without_students(contents: ReportContents) -> ReportContents:
    failed = tuple(
        replace(found, answers=found.answers[:1])
        for found in contents.divergences
        if found.answers[0].outcome.reason is not Reason.SOLVED
    )
    alone = replace(contents.comparison, students=())
    return replace(contents, comparison=alone, divergences=failed)


@pytest.fixture(scope="module")
def contents() -> ReportContents:
    """A comparison of three students, with 90 probes on which they differ."""
    return report_contents()


@pytest.fixture(scope="module")
def alone(contents: ReportContents) -> ReportContents:
    """The same teacher measured alone."""
    return without_students(contents)


@pytest.fixture(scope="module")
def make_contents() -> MakeContents:
    """A report of that many divergences."""
    return report_contents


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE
