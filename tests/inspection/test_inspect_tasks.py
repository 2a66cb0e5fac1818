"""Probes as Inspect tasks, played over HTTP against a server that is the oracle."""

import json
import os
import subprocess
import sys

import pytest
from tests.inspection.oracle_server import Oracle, serving

from falloff.core import UsageError
from falloff.inspection.placing import as_metadata, from_metadata, place
from falloff.probes import FAMILIES, SUITES, Episode, public_families

# Inspect leaves streams and sockets for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("default")

STEPS = FAMILIES["reasoning_steps"]


def test_a_grid_is_covered_evenly():
    probes = place(STEPS, {}, samples=432, seed=3, levels="grid")
    places = [probe.coordinate for probe in probes]
    assert set(places[:216]) == set(places[216:]) == set(STEPS.grid)
    assert len({probe.id for probe in probes}) == 432


def test_a_dose_stays_where_it_is_put_in_a_grid():
    probes = place(STEPS, {"steps": 5}, samples=36, seed=3, levels="grid")
    assert {probe.coordinate["steps"] for probe in probes} == {5}
    assert len({probe.coordinate for probe in probes}) == 36


def test_a_probe_survives_the_way_through_metadata():
    for family in public_families():
        (probe,) = place(family, {}, samples=1, seed=9, levels="grid")
        assert from_metadata(json.loads(json.dumps(as_metadata(probe)))) == probe


@pytest.mark.parametrize(
    ("doses", "options", "said"),
    [
        ({"stepps": 3}, {}, "Did you mean 'steps'"),
        ({"steps": 99}, {}, "has no dose 99"),
        ({"steps": "many"}, {}, "steps is 'many'"),
        ({"steps": True}, {}, "steps is True"),
        ({}, {"samples": 0}, "samples is 0"),
        ({}, {"samples": 2.5}, "samples is 2.5"),
        ({}, {"levels": "gird"}, "Did you mean 'grid'"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(doses, options, said):
    with pytest.raises(UsageError) as raised:
        place(STEPS, doses, **{"samples": 3, "seed": 0, "levels": "centre"} | options)
    assert said in str(raised.value)


# What follows needs Inspect AI.


@pytest.fixture(scope="module")
def inspect_ai():
    return pytest.importorskip("inspect_ai", reason="needs falloff[inspect]")


@pytest.fixture
def oracle():
    with serving(Oracle()) as server:
        yield server


@pytest.fixture
def evaluate(inspect_ai, oracle, tmp_path):
    from inspect_ai.model import get_model

    def evaluated(task, *, model_args=None, **options):
        import falloff.inspection.tasks  # noqa: F401 - as the entry point does

        model = get_model(
            "openai-api/local/oracle",
            base_url=oracle.url,
            api_key="none",
            memoize=False,
            **{"strict_tools": False} | (model_args or {}),
        )
        (log,) = inspect_ai.eval(
            f"falloff/{task}", model=model, log_dir=str(tmp_path), display="none", **options
        )
        return log

    return evaluated


def figures(log):
    return {name: metric.value for s in log.results.scores for name, metric in s.metrics.items()}


def reasons(log):
    return {sample.scores["outcome"].metadata["reason"] for sample in log.samples}


# What Inspect's openai-api provider does not send of a schema.
LEFT_OUT = {"pattern", "minLength", "maxLength", "minimum", "maximum", "examples"}
GRID = {"samples": 2, "seed": 1, "levels": "grid"}


@pytest.mark.parametrize("family", public_families(), ids=lambda family: family.name)
def test_the_oracle_scores_one_and_a_silent_model_nothing(evaluate, oracle, family):
    oracle.learn(place(family, {}, **GRID))
    log = evaluate(family.name, task_args=GRID)
    assert log.status == "success"
    assert figures(log) == {"mean": 1.0, "stderr": 0.0}
    oracle.silent = True
    assert figures(evaluate(family.name, task_args=GRID))["mean"] == 0.0


def test_tools_go_over_the_wire_as_falloff_has_them(evaluate, oracle):
    family = FAMILIES["tool_errand"]
    arguments = {"samples": 1, "seed": 4, "chain": 4, "tool_set_size": 16}
    (probe,) = place(family, {"chain": 4, "tool_set_size": 16}, samples=1, seed=4, levels="centre")
    oracle.learn([probe])
    log = evaluate(family.name, task_args=arguments)
    asked = Episode(probe, dialect="chat").request()
    first, *_, last = oracle.requests
    assert [t["function"]["name"] for t in first["tools"]] == [t.name for t in asked.tools]
    for sent, tool in zip(first["tools"], asked.tools, strict=True):
        assert sent["function"]["strict"] is False
        assert sent["function"]["description"] == tool.description
        properties = sent["function"]["parameters"]["properties"]
        for name, given in tool.parameters["properties"].items():
            assert properties[name] == {k: v for k, v in given.items() if k not in LEFT_OUT}
    assert first["max_tokens"] == asked.max_tokens
    assert [m["role"] for m in last["messages"]][-2:] == ["assistant", "tool"]
    (sample,) = log.samples
    assert sample.metadata["axis.chain"] == 4
    assert sample.scores["outcome"].metadata == {"reason": "solved", "calls": len(oracle.requests)}


def test_every_schema_survives_the_way_through_inspect(inspect_ai):
    from falloff.models.inspected.messages import tool_infos

    for family in public_families():
        for at in (family.centre, family.grid[-1], family.grid[len(family.grid) // 2]):
            tools = Episode(family.probe(at, 1), dialect="chat").request().tools
            for tool, info in zip(tools, tool_infos(tools), strict=True):
                given = {"required": [], "additionalProperties": False} | dict(tool.parameters)
                assert info.parameters.model_dump(exclude_none=True) == given


def test_a_suite_has_a_mean_a_family(evaluate, oracle):
    arguments = {"samples": 1, "seed": 1}
    for family in SUITES["quick"].families:
        oracle.learn(place(family, {}, levels="centre", **arguments))
    got = figures(evaluate("quick", task_args=arguments))
    assert got == dict.fromkeys((*SUITES["quick"].family_names, "all"), 1.0) | {"stderr": 0.0}


def test_a_limit_on_messages_is_out_of_budget(evaluate, oracle):
    family = FAMILIES["tool_errand"]
    arguments = {"samples": 1, "seed": 4, "chain": 8}
    oracle.learn(place(family, {"chain": 8}, samples=1, seed=4, levels="centre"))
    log = evaluate("tool_errand", task_args=arguments, message_limit=4)
    assert (figures(log)["mean"], reasons(log)) == (0.0, {"out_of_budget"})


def test_max_tokens_overrules_the_room(evaluate, oracle):
    oracle.learn(place(STEPS, {}, samples=1, seed=0, levels="centre"))
    evaluate("reasoning_steps", task_args={"samples": 1}, max_tokens=77)
    assert {request["max_tokens"] for request in oracle.requests} == {77}


def test_scripted_replies_are_judged_as_falloff_judges(inspect_ai, tmp_path):
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    import falloff.inspection.tasks  # noqa: F401

    (probe,) = place(STEPS, {}, samples=1, seed=0, levels="centre")
    gold = STEPS.task(probe).gold
    cases = {
        f"Answer: {gold}": ("stop", "solved"),
        f"Answer: {int(gold) + 1}": ("stop", "wrong"),
        "": ("max_tokens", "truncated"),
        "I cannot help with that.": ("content_filter", "refused"),
    }
    for text, (stop, reason) in cases.items():
        output = ModelOutput.from_content("mockllm/model", text, stop_reason=stop)
        output.usage = ModelUsage()  # without it, Inspect downloads a tokenizer to count
        model = get_model("mockllm/model", custom_outputs=[output], memoize=False)
        (log,) = inspect_ai.eval(
            "falloff/reasoning_steps",
            task_args={"samples": 1},
            model=model,
            log_dir=str(tmp_path),
            display="none",
        )
        assert log.status == "success", log.error
        assert reasons(log) == {reason}


def inspect_eval(*arguments, cwd, url="http://127.0.0.1:9/v1"):
    model = ("--model", "openai-api/local/oracle", "--model-base-url", url, "--display", "plain")
    return subprocess.run(
        [sys.executable, "-m", "inspect_ai", "eval", *arguments, *model],
        cwd=cwd,
        env=os.environ | {"LOCAL_API_KEY": "none"},
        capture_output=True,
        text=True,
    )


def test_the_command_of_inspect_finds_the_tasks(inspect_ai, oracle, tmp_path):
    from inspect_ai.log import list_eval_logs, read_eval_log

    oracle.learn(place(STEPS, {"steps": 4, "distractors": 2}, samples=3, seed=1, levels="centre"))
    told = ("-T", "steps=4", "-T", "distractors=2", "-T", "samples=3", "-T", "seed=1")
    done = inspect_eval("falloff/reasoning_steps", *told, cwd=tmp_path, url=oracle.url)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = list_eval_logs(str(tmp_path / "logs"))
    log = read_eval_log(found)
    assert figures(log)["mean"] == 1.0
    assert log.eval.packages["falloff"]
    assert {sample.metadata["coordinate"] for sample in log.samples} == {
        "steps=4,magnitude=1,distractors=2"
    }


def test_the_command_of_inspect_says_what_is_wrong(inspect_ai, tmp_path):
    done = inspect_eval("falloff/reasoning_steps", "-T", "stepps=3", cwd=tmp_path)
    assert done.returncode != 0
    assert "Did you mean 'steps'" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_strict_tools_are_warned_of(inspect_ai, oracle, tmp_path):
    oracle.learn(place(FAMILIES["tool_errand"], {}, samples=1, seed=0, levels="centre"))
    one = ("falloff/tool_errand", "-T", "samples=1")
    strict = inspect_eval(*one, cwd=tmp_path, url=oracle.url)
    loose = inspect_eval(*one, "-M", "strict_tools=false", cwd=tmp_path, url=oracle.url)
    assert "strict_tools=false" in strict.stdout + strict.stderr
    assert "strict_tools=false" not in loose.stdout + loose.stderr
