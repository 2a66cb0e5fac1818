"""Mining: examples lie beyond the edge, are new and right, and cost nothing twice."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import falloff
from falloff.analysis.layout import Layout
from falloff.core import FalloffError, Probe, Reply, UsageError
from falloff.mining.examples import sft_row
from falloff.mining.grounds import Ground
from falloff.mining.quota import quotas
from falloff.models import load_model
from falloff.probes import FAMILIES, Episode, play_oracle
from falloff.run import open_for_reading

SUITE = Path(__file__).parent.parent / "two_families.toml"

COUNT = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mined")


@pytest.fixture(scope="module")
def run(folder):
    return falloff.compare(
        "sim:teacher", "sim:narrow", suite=SUITE, budget=160, run=folder / "run.falloff"
    )


@pytest.fixture(scope="module")
def mined(run, folder):
    return {
        where: run.mine(
            folder / where, count=COUNT, where=where, answers=folder / f"{where}.falloff"
        )
        for where in ("edge", "box", "centre")
    }


class Counting:
    """A model that counts what it is asked, and may break down."""

    def __init__(self, spec, *, breaks_after=None):
        self._model = load_model(spec)
        self.spec, self.concurrency = spec, 4
        self.asked, self._left = Counter(), breaks_after

    def describe(self):
        return self._model.describe()

    async def reply(self, request):
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise falloff.core.ModelError("It broke down.", remedy="Mend it.")
        if request.messages[-1].role == "user":
            self.asked[request.conversation] += 1
        return await self._model.reply(request)

    def forget(self, conversation):
        self._model.forget(conversation)

    async def close(self):
        pass


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def probes_of(path):
    return [Probe.parse(row["probe"]) for row in rows(path)]


def mean_truth(model, probes):
    """The model's true competence at the probes, on average."""
    truth = 0.0
    for probe in probes:
        family = FAMILIES[probe.family]
        u = Layout(axes=family.axes).columns([probe.coordinate])
        truth += float(load_model(model).observer(family).competence(u)[0])
    return truth / len(probes)


def test_examples_lie_where_the_student_fails_and_the_teacher_does_not(mined):
    edge, box, centre = (probes_of(mined[where].sft) for where in ("edge", "box", "centre"))
    assert len(edge) == len(box) == len(centre) == COUNT
    assert mean_truth("sim:narrow", edge) < 0.4
    assert mean_truth("sim:teacher", edge) > 0.6
    assert mean_truth("sim:narrow", box) > 0.4
    assert {probe.coordinate for probe in centre} == {
        FAMILIES[probe.family].centre for probe in centre
    }
    shares = [Counter(probe.family for probe in found) for found in (edge, box, centre)]
    assert shares[0] == shares[1] == shares[2]


def test_every_example_is_solved_when_it_is_played_again(mined):
    for row in rows(mined["edge"].sft):
        episode = Episode(Probe.parse(row["probe"]), dialect="micro")
        for message in row["messages"]:
            if message["role"] == "assistant":
                episode.feed(Reply(text=message["content"]))
        assert episode.outcome.score == 1
        said = [message.content for message in episode.transcript.messages]
        assert said == [message["content"] for message in row["messages"]]


def test_no_example_was_asked_by_the_run_or_is_there_twice(run, mined):
    with open_for_reading(run.path) as reader:
        measured = {text for _, text in reader.openings()}
    for found in mined.values():
        prompts = [row["prompt"][0]["content"] for row in rows(found.prompts)]
        assert not measured & set(prompts)
        assert len(set(prompts)) == len(prompts)
        assert [r["probe"] for r in rows(found.sft)] == [r["probe"] for r in rows(found.prompts)]


def test_what_broke_down_goes_on_and_a_larger_count_adds(run, mined, folder):
    answers = folder / "broken.falloff"
    broken = Counting("sim:teacher", breaks_after=30)
    with pytest.raises(FalloffError, match="broke down"):
        run.mine(folder / "broken", count=COUNT, teacher=broken, answers=answers)
    assert not (folder / "broken").exists()
    mending = Counting("sim:teacher")
    found = run.mine(folder / "broken", count=COUNT, teacher=mending, answers=answers)
    assert found.sft.read_text() == mined["edge"].sft.read_text()
    twice = [probe for probe, times in (broken.asked + mending.asked).items() if times > 1]
    assert len(twice) <= broken.concurrency  # those under way when it broke
    adding = Counting("sim:teacher")
    more = run.mine(folder / "more", count=COUNT + 20, teacher=adding, answers=answers)
    assert not set(adding.asked) & set(mending.asked)
    assert set(found.sft.read_text().splitlines()) < set(more.sft.read_text().splitlines())


def test_where_the_teacher_fails_too_it_is_said_how_many_were_tried(run, folder):
    with pytest.raises(UsageError, match=r"\b64 probes were tried, 0 of them solved"):
        run.mine(
            folder / "none", count=COUNT, teacher=lambda _: "?", answers=folder / "none.falloff"
        )
    assert not (folder / "none").exists()


def test_a_run_that_tells_of_no_loss_is_refused(folder):
    alone = falloff.measure("sim:teacher", suite=SUITE, budget=16, run=folder / "alone.falloff")
    with pytest.raises(UsageError, match="measured one model alone"):
        alone.mine(folder / "x")
    better = falloff.compare(
        "sim:kept-0.1", "sim:narrow", suite=SUITE, budget=32, run=folder / "better.falloff"
    )
    with pytest.raises(UsageError, match=r"shows no place that sim:kept-0\.1 holds"):
        better.mine(folder / "x")
    lost = falloff.compare(
        lambda _: "?", "sim:narrow", suite=SUITE, budget=16, run=folder / "lost.falloff"
    )
    with pytest.raises(UsageError, match="rule_chain: centre not established"):
        lost.mine(folder / "x")
    two = falloff.compare(
        "sim:teacher",
        ["sim:same", "sim:narrow"],
        suite=SUITE,
        budget=16,
        run=folder / "two.falloff",
    )
    with pytest.raises(UsageError, match="has 2 students"):
        two.mine(folder / "x")
    with pytest.raises(UsageError, match="Did you mean 'sim:narrow'"):
        two.mine(folder / "x", student="sim:narow")


def test_tool_calls_are_written_as_chat_templates_read_them():
    family = FAMILIES["tool_errand"]
    probe = family.probe(family.centre, 5)
    said = play_oracle(probe, dialect="chat").transcript
    row = sft_row(family, probe, said, "chat")
    calls = [c for m in row["messages"] for c in m.get("tool_calls", ())]
    results = [m for m in row["messages"] if m["role"] == "tool"]
    assert calls
    assert [c["function"]["name"] for c in calls] == [m["name"] for m in results]
    assert all(isinstance(c["function"]["arguments"], dict) for c in calls)
    offered = {tool["function"]["name"] for tool in row["tools"]}
    assert {c["function"]["name"] for c in calls} <= offered


@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=8),
    st.integers(1, 500),
)
def test_quotas_add_up_and_follow_the_shares(weights, count):
    grounds = [
        Ground(family=str(i), share=w / sum(weights), places=(), weights=(), expected=1.0, lost=1.0)
        for i, w in enumerate(weights)
    ]
    found = quotas(grounds, count)
    assert sum(found.values()) == count
    assert all(abs(found[g.family] - g.share * count) < 1 for g in grounds)


@pytest.mark.filterwarnings("default")
def test_trl_trains_on_it_as_it_is(mined, tmp_path):
    trl = pytest.importorskip("trl")
    from datasets import load_dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from falloff.models.micro import EMBEDDED

    folder = EMBEDDED / "narrow"
    data = load_dataset(
        "json", data_files=str(mined["edge"].sft), split="train", cache_dir=str(tmp_path)
    )
    trainer = trl.SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder, dtype="float32"),
        processing_class=AutoTokenizer.from_pretrained(folder),
        train_dataset=data,
        args=trl.SFTConfig(
            output_dir=str(tmp_path), max_steps=2, report_to=[], save_strategy="no", use_cpu=True,
            bf16=False,
        ),
    )  # fmt: skip
    assert trainer.train().training_loss > 0
