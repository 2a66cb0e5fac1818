"""What doctor finds out about an endpoint, on a real server; and that it keeps secrets."""

import json
import os
import subprocess
import sys

from http_served import chat, error, serving

from falloff.models.checkup import check_up

CALL = {"id": "1", "type": "function", "function": {"name": "tell_time", "arguments": "{}"}}
TOKEN = {"token": "hi", "logprob": -0.1, "top_logprobs": [{"token": "hi", "logprob": -0.1}]}
KEY = "sk-not-to-be-shown"


def able(body):
    """A server that takes all there is."""
    return chat(
        f"seed {body.get('seed')}",
        tool_calls=[CALL] if body.get("tools") else None,
        logprobs={"content": [TOKEN]} if body.get("logprobs") else None,
    )


def unable(body):
    """One that takes neither tools nor a seed, and tells no log-probabilities."""
    if "tools" in body:
        return error(400, "This model does not support tools.")
    if "seed" in body:
        return error(400, "Unknown parameter: seed.", param="seed")
    return chat("hello")


def test_an_endpoint_that_can_do_everything():
    with serving(able) as server:
        found = check_up(f"openai:tiny@{server.base}")
    assert found.trouble is None
    assert found.offered == ("small", "tiny")
    assert [a.state for a in (found.tools, found.seed, found.logprobs)] == ["yes"] * 3
    assert len(found.seconds) == len(server.bodies) == 5
    drawn = [body for body in server.bodies if "seed" in body]
    assert len({body["seed"] for body in drawn}) == 1
    assert all("temperature" not in body for body in drawn)


def test_an_endpoint_that_can_do_little():
    with serving(unable) as server:
        found = check_up(f"openai:tiny@{server.base}")
    assert found.trouble is None
    assert [a.state for a in (found.tools, found.seed, found.logprobs)] == ["no"] * 3
    assert "--dialect plain" in found.tools.seen


def test_the_messages_api_takes_no_seed():
    said = {"content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn"}
    with serving(lambda _: said) as server:
        found = check_up(f"anthropic:c@{server.base}")
    assert (found.seed.state, found.tools.state, found.logprobs.state) == ("no", "unclear", "no")


def test_doctor_says_what_does_not_answer_and_no_secret():
    with serving(lambda _: error(401, f"Wrong key {KEY}.")) as server:
        address = server.base.replace("://", "://user:hunter2@")
        done = subprocess.run(
            [sys.executable, "-m", "falloff", "doctor", f"openai:tiny@{address}", "--json"],
            capture_output=True, text=True, timeout=60, env=os.environ | {"OPENAI_API_KEY": KEY},
        )  # fmt: skip
    assert done.returncode == 3
    (model,) = json.loads(done.stdout)["models"]
    assert model["answers"] is False
    assert "Check the key in OPENAI_API_KEY" in model["remedy"]
    assert KEY not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr
