"""Mined examples in an experiment: dug where the student lost, joined to its corpus, told apart."""

import json

import pytest

pytest.importorskip("torch")

from tiny_parts import PARTS

from falloff.core import FalloffError, ModelError, Probe
from falloff.lab.experiments.plan import Plan, Reading, mined_folder, model_folder, run_file
from falloff.lab.experiments.reading import read_experiment
from falloff.lab.experiments.work import do, is_done
from falloff.lab.extra import mined_examples
from falloff.lab.vocabulary import END, decode

TINY = (
    PARTS
    + """[models.student]
recipe = "checkpoint"
folder = "micro:narrow"
once = true
[mined.edge]
student = "student"
families = ["rule_chain"]
where = "edge"
count = 5
budget = 32
[models.mended]
recipe = "sequence-kd"
start = "student"
teacher = "teacher"
corpus = "broad"
schedule = "quick"
extra = "edge"

[measure]
box = 4
centre = 3
tail = "broad"
"""
)


@pytest.fixture
def experiment(tmp_path):
    file = tmp_path / "tiny.toml"

    def read(text=TINY):
        file.write_text(text)
        return read_experiment(str(file))

    return read


def test_what_is_mined_is_trained_on_and_its_places_follow_the_seed(experiment, tmp_path):
    jobs = [
        j for j in Plan.of(experiment()).jobs if not isinstance(j, Reading) and "2" not in j.name
    ]
    assert [job.did for job in jobs] == [
        "grown",
        "grown",
        "compared on rule_chain",
        "mined",
        "grown",
    ]
    for job in jobs:
        assert do(job, tmp_path) is None
        assert is_done(job, tmp_path)
    *_, compared, dug, grown = jobs
    assert run_file(tmp_path, compared.key).is_file()
    folder = mined_folder(tmp_path, dug.key)
    found = mined_examples(folder)
    rows = [json.loads(line) for line in (folder / "sft.jsonl").read_text().splitlines()]
    assert len(found) == 5
    for example, row in zip(found, rows, strict=True):
        assert example.item.probe == Probe.parse(row["probe"])
        assert example.item.probe.family == "rule_chain"
        written = "".join(m["content"] for m in row["messages"] if m["role"] == "assistant")
        learnt = [t for t, on in zip(example.text.tokens, example.text.learn, strict=True) if on]
        assert decode(learnt) == written
        assert learnt[-1] == END
    took = json.loads((model_folder(tmp_path, grown.key) / "recipe.json").read_text())["took"]
    assert took["extra_examples"] == 5
    assert took["extra_tokens"] == sum(len(example.text.tokens) for example in found)

    (folder / "sft.jsonl").write_text('{"messages": "none"}\n')
    with pytest.raises(ModelError, match=r"sft\.jsonl cannot be read"):
        mined_examples(folder)


def test_what_is_mined_has_a_name_of_its_content(experiment):
    def keys(text=TINY):
        jobs = Plan.of(experiment(text)).jobs
        return {f"{job.name} {job.did}": job.key for job in jobs}

    plain = keys()
    assert plain["edge (seed 1) mined"] != plain["edge (seed 2) mined"]
    other = keys(TINY.replace('where = "edge"', 'where = "box"'))
    after = ["edge (seed {0}) mined", "mended (seed {0}) grown"]
    after.append("mended (seed {0}) measured on seed {0}")
    assert {name for name in plain if plain[name] != other[name]} == {
        name.format(seed) for name in after for seed in (1, 2)
    }
    without = keys(TINY.replace('extra = "edge"', ""))
    assert without["mended (seed 1) grown"] != plain["mended (seed 1) grown"]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('extra = "edge"', 'extra = "egde"', "Did you mean 'edge'"),
        ('where = "edge"', 'where = "edges"', "Did you mean 'edge'"),
        ('["rule_chain"]\nwhere', '["rules_chain"]\nwhere', "Did you mean 'rule_chain'"),
        ('["rule_chain"]\nwhere', "[]\nwhere", "some of the experiment's"),
        ("count = 5", "count = 0", "at least 1"),
        ("budget = 32", "budget = 7", "at least 8"),
        ("budget = 32", "budgets = 60", "Did you mean 'budget'"),
        ('student = "student"', 'student = "studnet"', "Did you mean 'student'"),
        ('student = "student"', 'student = "mended"', "need one another"),
        ("size = 20", "", "size"),
        ('recipe = "sequence-kd"', 'once = true\nrecipe = "sequence-kd"', None),
    ],
)  # fmt: skip
def test_what_is_off_in_a_dig_is_said(experiment, was, now, said):
    assert was in TINY
    if said is None:
        assert experiment(TINY.replace(was, now, 1)).members["mended"].once
        return
    with pytest.raises(FalloffError) as raised:
        experiment(TINY.replace(was, now, 1))
    assert said in str(raised.value)
