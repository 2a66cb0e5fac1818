"""The limit on what a run may cost: whatever is under way, and however it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_fakes import FakeModel, outcomes, pair, run

from falloff.core import (
    CostLimitError,
    Message,
    ModelError,
    Outcome,
    Price,
    PriceTable,
    Reason,
    Request,
    RunStoppedError,
    ToolCall,
    ToolSpec,
)
from falloff.run import open_for_reading
from falloff.run.ledger import Terms
from falloff.run.most import most_of
from falloff.run.spending import used

PRICE = Price(input=100.0, output=1000.0)
PRICES = PriceTable(prices=(("sim:*", PRICE),))


def limited(limit: float) -> Terms:
    return Terms(prices=PRICES, limit=limit)


def money_of(path: Path) -> float:
    with open_for_reading(path) as reader:
        return sum(PRICE.of(usage) for usage in used(reader._rows).values())


@pytest.mark.parametrize("limit", [0.02, 0.05, 0.2])
def test_a_limit_holds_with_many_episodes_of_many_turns_under_way(
    tmp_path: Path, limit: float
) -> None:
    file = tmp_path / "r.falloff"
    models = pair(concurrency=64)
    with pytest.raises(CostLimitError, match="--max-cost"):
        run(file, models, budget=400, terms=limited(limit))
    assert money_of(file) <= limit
    # Nor does it stop long before: the largest turn and the dearest answer are far below this.
    assert money_of(file) > limit / 2 - 0.02


def test_sessions_with_higher_limits_end_in_the_outcomes_of_one_without(tmp_path: Path) -> None:
    file = tmp_path / "r.falloff"
    for limit in (0.02, 0.03, 0.04):
        with pytest.raises(CostLimitError):
            run(file, pair(concurrency=64), budget=60, terms=limited(limit))
        assert money_of(file) <= limit
    run(file, pair(concurrency=64), budget=60, terms=limited(10.0))
    run(tmp_path / "free.falloff", pair(concurrency=64), budget=60)
    assert outcomes(file) == outcomes(tmp_path / "free.falloff")


class BreaksOff(FakeModel):
    """Fails once at the second turn of each episode, for as often as a turn is asked again."""

    async def reply(self, request: Request):
        turn = sum(message.role == "assistant" for message in request.messages)
        if turn == 1 and self.requests[request.conversation] < 4:
            self.requests[request.conversation] += 1
            raise ModelError("The line is dead.", remedy="Plug it in.")
        return await super().reply(request)


def test_what_failed_answers_have_used_still_counts_when_they_are_asked_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "r.falloff"
    models = {role: BreaksOff(f"sim:{role}") for role in ("teacher", "student")}
    with pytest.raises(RunStoppedError):
        run(file, models, budget=16)
    failed = [o for o in outcomes(file).values() if o.reason is Reason.ERROR]
    before = money_of(file)
    assert sum(o.completion_tokens for o in failed) > 0
    run(file, models, budget=16)
    now = outcomes(file).values()
    assert not [o for o in now if o.reason is Reason.ERROR]
    lost = sum(map(_cost, failed))
    assert money_of(file) == pytest.approx(sum(map(_cost, now)) + lost)
    assert money_of(file) > before
    with open_for_reading(file) as reader:
        spent = sum(PRICE.of(reader.spending(role).usage) for role in models)
    assert spent == pytest.approx(money_of(file))


def _cost(outcome: Outcome) -> float:
    return (
        PRICE.input * outcome.prompt_tokens + PRICE.output * outcome.completion_tokens
    ) / 1_000_000


def test_the_most_of_a_turn_counts_all_that_is_sent_and_the_models_own_bound() -> None:
    call = ToolCall(id="1", name="look", arguments='{"x": "' + "é" * 100 + '"}')
    messages = (
        Message(role="user", content="a" * 1000),
        Message(role="assistant", content="", tool_calls=(call,)),
    )
    tool = ToolSpec(name="look", description="d" * 500, parameters={"type": "object"})
    request = Request(conversation="c", messages=messages, tools=(tool,), max_tokens=7)
    assert most_of(request).prompt_tokens > 1000 + 200 + 500
    assert most_of(request).completion_tokens == 7
    assert most_of(request, 9000).completion_tokens == 9000
