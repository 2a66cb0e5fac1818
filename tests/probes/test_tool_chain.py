"""The family tool_chain, beyond the common contract."""

import pytest

from falloff.core import Coordinate, Reason, Reply, ToolCall, child_seed
from falloff.probes import FAMILIES, Episode, play_oracle

FAMILY = FAMILIES["tool_chain"]


def ask(key="", seed=1, dialect="micro"):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect=dialect)


def walk(episode):
    """Another way to the gold: read the micro prompt and press the tools one by one."""
    table, question = episode.request().messages[0].content[1:].split("|")
    tools = {entry[0]: entry[1] for entry in table.split(";")}
    value, world = question[:2], episode.task.world()
    for operation in question[2:-1]:
        value = world.call(tools[operation], {"value": value}).value
    return value


def test_gold_agrees_with_an_independent_walk():
    for at in FAMILY.grid:
        for index in range(5):
            episode = ask(at.key, child_seed("gold", at.key, index))
            assert walk(episode) == episode.task.gold


def test_the_environment_answers_in_the_loop():
    played = play_oracle(ask("chain=3").probe, dialect="micro")
    roles = [message.role for message in played.transcript.messages]
    assert roles == ["user", *["assistant", "tool"] * 3, "assistant"]
    assert played.outcome.calls == 4


def test_a_chain_of_n_needs_n_calls():
    for chain in (1, 4, 12):
        played = play_oracle(ask(f"chain={chain}").probe, dialect="micro")
        assert played.outcome.calls == chain + 1


def test_results_spread_over_all_values():
    world = ask().task.world()
    tool = next(iter(world.tools))
    values = {world.call(tool, {"value": f"{i:02}"}).value for i in range(100)}
    assert len(values) > 50


def test_an_unknown_tool_and_a_bad_argument_are_errors_of_the_world():
    world = ask().task.world()
    assert world.call("?", {"value": "37"}).error
    assert world.call(next(iter(world.tools)), {"value": "3"}).error
    assert world.call(next(iter(world.tools)), {"value": "³7"}).error


def test_going_round_in_circles_is_looped():
    episode = ask("chain=8")
    while not episode.done:
        episode.feed(Reply(text="A00"))
    assert episode.outcome.reason is Reason.LOOPED


def test_too_many_calls_are_out_of_budget():
    episode = ask("chain=1")
    for value in range(20):
        if not episode.done:
            episode.feed(Reply(text=f"A{value:02}"))
    assert episode.outcome.reason is Reason.OUT_OF_BUDGET
    assert episode.outcome.calls == episode.task.max_calls + 1


@pytest.mark.parametrize(
    "arguments",
    ["not json", "[]", "[" * 1000 + "]" * 1000, '"' + "x" * 1_000_000 + '"', '{"value":' * 5000],
)
def test_a_model_whose_calls_can_never_be_read_is_told_so_and_ends_as_malformed(arguments):
    episode = ask(dialect="chat")
    call = ToolCall(id="1", name="service_0", arguments=arguments)
    while not episode.done:
        episode.feed(Reply(text="", tool_calls=(call,)))
    assert "not a JSON object" in episode.transcript.messages[2].content
    assert episode.outcome.reason is Reason.MALFORMED


def test_a_call_that_lacks_its_argument_is_refused_and_can_be_mended():
    episode = ask(dialect="chat")
    wrong = ToolCall(id="1", name="service_0", arguments='{"other": 1}')
    episode.feed(Reply(text="", tool_calls=(wrong,)))
    assert episode.observation.error
    assert not episode.done


def test_several_calls_in_one_reply_are_all_answered():
    episode = ask("chain=2", dialect="chat")
    tools = [tool.name for tool in episode.request().tools]
    calls = [ToolCall(id=str(i), name=t, arguments='{"value": "11"}') for i, t in enumerate(tools)]
    episode.feed(Reply(text="", tool_calls=tuple(calls)))
    answered = [m.tool_call_id for m in episode.transcript.messages if m.role == "tool"]
    assert answered == ["0", "1"]


def test_a_tool_that_does_not_exist_is_answered_with_an_error():
    episode = ask(dialect="chat")
    call = ToolCall(id="7", name="rm -rf", arguments='{"value": "11"}')
    episode.feed(Reply(text="", tool_calls=(call,)))
    result = episode.transcript.messages[-1]
    assert (result.role, result.tool_call_id) == ("tool", "7")
    assert result.content.startswith("error:")
