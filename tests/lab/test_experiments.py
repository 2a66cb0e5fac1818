"""Experiments: read strictly, run resumably, measured by the definitions. Grows real models."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

from tiny_parts import PARTS

from falloff.core import Coordinate, FalloffError
from falloff.lab import checkpoint
from falloff.lab.experiments.measures import Pair, region, value
from falloff.lab.experiments.measuring import Asked, Sample
from falloff.lab.experiments.plan import Plan, Reading, model_folder
from falloff.lab.experiments.reading import packaged, read_experiment
from falloff.lab.experiments.work import do
from falloff.lab.network import Shape, build
from falloff.probes import FAMILIES

TINY = (
    PARTS
    + """[models.base]
recipe = "checkpoint"
folder = "micro:base"
once = true
[models.student]
recipe = "logit-kd"
start = "base"
teacher = "teacher"
corpus = "broad"
schedule = "quick"
[models.int2]
recipe = "quantised"
once = true
source = "base"
bits = 2

[measure]
box = 4
centre = 3
tail = "broad"

[hypothesis]
name = "H0"
claim = "Two bits keep as much."
[[hypothesis.contrasts]]
name = "kept"
measure = "volume"
plus = ["int2"]
minus = ["base:rule_chain"]
within = 0.1
"""
)


def lab_run(folder, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "falloff", "lab", "run", "tiny.toml", "--workers", "1", *more],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
        | {"NO_COLOR": "1", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out, err


def wait_for(condition, what):
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def kept(folder):
    """What has been kept, each with the moment in which it was written."""
    files = [*folder.glob("lab/models/*/model.safetensors"), *folder.glob("lab/answers/*.json")]
    return {file: file.stat().st_mtime_ns for file in files}


@pytest.mark.slow
def test_an_experiment_killed_half_way_goes_on_and_grows_nothing_again(tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY)
    first = lab_run(tmp_path)
    wait_for(lambda: list(tmp_path.glob("lab/answers/*.json")), "nothing was measured")
    workers = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    for worker in workers:
        assert b"OPENBLAS_NUM_THREADS=1" in Path(f"/proc/{worker}/environ").read_bytes()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    wait_for(lambda: not any(map(is_alive, workers)), "workers outlive the command")
    before = kept(tmp_path)

    out, err = finished(lab_run(tmp_path, "--json"))
    after = kept(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == len(Plan.of(read_experiment(str(tmp_path / "tiny.toml"))).jobs)
    assert "left" in err
    assert not list(tmp_path.glob("lab/models/*unfinished*"))
    (found,) = json.loads(out)["hypotheses"]
    assert (found["hypothesis"], found["verdict"], found["seeds"]) == ("H0", "not decided", 2)
    assert found["why"] == "2 of 5 seeds"
    models = {model["name"]: model for model in found["models"]}
    assert models["base"]["numbers"]["centre"]["estimate"] > 0.8
    assert models["int2"]["numbers"]["centre"]["estimate"] < 0.5
    assert models["student"]["tokens"] > 600

    out, err = finished(lab_run(tmp_path))
    assert kept(tmp_path) == after
    assert "13 of 13 jobs done already" in err
    assert "not decided" in out
    assert "student" in out
    assert (tmp_path / "lab" / "tiny-tiny.svg").read_text().startswith("<svg")


def is_alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('recipe = "logit-kd"', 'recipe = "logitkd"', "Did you mean 'logit-kd'"),
        ("bits = 2", "bit = 2", "Did you mean 'bits'"),
        ("bits = 2", "bits = 5", "2, 3, 4 or 8"),
        ("bits = 2", 'bits = "2"', "a whole number"),
        ("warmup = 1", "warmups = 1", "Did you mean 'warmup'"),
        ("max_steps = 2", "max_steps = 0", "at least 1"),
        ("scale = 1.0, top = 2", "scale = -1, top = 2", "greater than 0"),
        ("scale = 1.0, top = 2", "scale = nan, top = 2", "a number"),
        ('start = "base"', 'start = "bass"', "Did you mean 'base'"),
        ('source = "base"', 'source = "student"', "grown once"),
        ('corpus = "broad"', 'corpus = "braod"', "Did you mean 'broad'"),
        ('folder = "micro:base"', 'folder = "micro:bases"', "Did you mean 'base'"),
        ('folder = "micro:base"', 'folder = "nowhere"', "nowhere"),
        ('"tool_chain"]', '"toolchain"]', "Did you mean 'tool_chain'"),
        ("seeds = [1, 2]", "seeds = [1, 1]", "distinct"),
        ("box = 4", "box = 0", "at least 1"),
        ("size = 20", "templates = 2", "a corpus with a size"),
        ('measure = "volume"', 'measure = "volumes"', "Did you mean 'volume'"),
        ('plus = ["int2"]', 'plus = ["int3"]', "Did you mean 'int2'"),
        ('"base:rule_chain"', '"base:rules"', "Did you mean 'rule_chain'"),
        ("within = 0.1", "", "at_least"),
        ("[measure]", "[measure", "no TOML"),
        ("[hypothesis]", "[hypotheses]", "Did you mean 'hypothesis'"),
        ("families =", 'extends = "smal"\nfamilies =', "Did you mean 'small'"),
    ],
)
def test_what_is_off_in_an_experiment_is_said_with_what_to_write(tmp_path, was, now, said):
    assert was in TINY
    file = tmp_path / "off.toml"
    file.write_text(TINY.replace(was, now, 1))
    with pytest.raises(FalloffError) as raised:
        read_experiment(str(file))
    assert said in str(raised.value)


@pytest.mark.parametrize("name", sorted(packaged()))
def test_packaged_experiments_can_be_planned(name):
    experiment = read_experiment(name)
    plan = Plan.of(experiment)
    assert len({job.key for job in plan.jobs}) == len(plan.jobs)
    done = set()
    for job in plan.jobs:
        assert job.after <= done
        done.add(job.key)


def test_experiments_share_what_they_have_in_common():
    keys = {name: {job.key for job in Plan.of(read_experiment(name)).jobs} for name in ("h1", "h8")}
    assert keys["h8"] < keys["h1"]


def test_what_changes_a_model_changes_its_name_and_those_of_its_students(tmp_path):
    file = tmp_path / "tiny.toml"

    def names(text):
        file.write_text(text)
        jobs = Plan.of(read_experiment(str(file))).jobs
        return {job.name: job.key for job in jobs if not isinstance(job, Reading)}

    plain = names(TINY)
    other = names(TINY.replace('folder = "micro:base"', 'folder = "micro:broad"'))
    assert {name for name in plain if plain[name] != other[name]} == {
        "base", "student (seed 1)", "student (seed 2)", "int2",
    }  # fmt: skip
    assert plain["student (seed 1)"] != plain["student (seed 2)"]


def test_box_probes_visit_every_cell_equally_often():
    sample = Sample(families=("rule_chain",), box=112, centre=5, seed=1)
    parts = [part for part, _ in sample.probes()]
    assert parts.count("centre") == 5
    at = [probe.coordinate.key for part, probe in sample.probes() if part == "box"]
    assert {at.count(cell.key) for cell in FAMILIES["rule_chain"].grid} == {2}
    other = Sample(families=("rule_chain",), box=112, centre=5, seed=2)
    assert {p.id for _, p in sample.probes()}.isdisjoint(p.id for _, p in other.probes())


def asked(score, *, part="box", family="tool_chain", readable=True, **doses):
    at = Coordinate.at(FAMILIES[family].axes, doses)
    return Asked(part=part, family=family, at=at, score=score, readable=readable)


def test_numbers_follow_their_definitions():
    tail = read_experiment("small").measurement.tail(1)
    own = [
        asked(1.0, part="centre"),
        asked(1.0),
        asked(0.0, readable=False, chain=2),
        asked(0.0, readable=False, chain=12),
        asked(1.0, family="rule_chain", steps=16),
    ]
    teacher = [*(asked(1.0, part=a.part, **dict(a.at)) for a in own[:4]), own[4]]
    pair = Pair(own=own, reference=teacher, tail=tail)
    assert value("volume", pair) == pytest.approx((1 / 3 + 1) / 2)
    assert value("volume", pair, "tool_chain") == pytest.approx(1 / 3)
    assert value("retention", pair) == pytest.approx(4 / 6)
    assert value("centre", pair) == 1
    assert value("near", pair) == 0
    assert value("beyond", pair) == pytest.approx(0.5)
    assert value("illusion", pair) == pytest.approx(1 - 4 / 6)
    assert value("lost_outward", pair, "tool_chain") == pytest.approx(1 - 1 / 2)


def test_guesses_count_for_nothing_and_unreadable_answers_for_less():
    wrong = asked(0.0, family="rule_chain")
    assert asked(1.0, family="rule_chain").competence == 1
    assert 0.1 * 1 + 0.9 * wrong.competence == pytest.approx(0)
    assert asked(0.0, family="rule_chain", readable=False).competence == 0


def test_near_is_what_the_narrow_corpus_still_holds():
    tail = read_experiment("small").measurement.tail(1)
    family = FAMILIES["tool_chain"]

    def where(chain):
        return region(Coordinate.at(family.axes, {"chain": chain}), "tool_chain", tail)

    assert [where(chain) for chain in (1, 2, 3, 6, 12)] == [
        "centre", "near", "near", "beyond", "beyond",
    ]  # fmt: skip


@pytest.fixture
def untrained(tmp_path):
    """A measurement of a network that can do nothing, as the teacher."""
    shape = Shape(width=32, layers=1, heads=1, feed_forward=32)
    checkpoint.save(build(shape, 1), model_folder(tmp_path, "model"), recipe={})
    sample = Sample(families=("tool_chain",), box=1, centre=3, seed=1)
    return tmp_path, Reading(
        key="reading", name="teacher", model="model", sample=sample, holds_centre=True
    )


def test_a_teacher_below_its_centre_stops_the_experiment(untrained):
    out, job = untrained
    problem = do(job, out)
    assert "does not hold its centre: tool_chain -1%" in problem.message
    assert not list(out.glob("answers/*"))


def test_a_checkpoint_that_was_changed_is_refused(untrained):
    out, job = untrained
    weights = model_folder(out, "model") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert "is not what its recipe.json says" in do(job, out).message


def test_a_full_disk_is_said_and_leaves_nothing_half_written(untrained, monkeypatch):
    out, job = untrained
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("pathlib.Path.write_text", lambda *_: (_ for _ in ()).throw(full))
    problem = do(Reading(**{**vars(job), "holds_centre": False}), out)
    assert "No space left on device" in problem.message
    assert problem.passing
    assert not list(out.glob("answers/*"))


def test_a_given_model_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "tiny.toml").write_text(TINY)
    given = Plan.of(read_experiment(str(tmp_path / "tiny.toml"))).jobs[0]
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("shutil.copyfile", lambda *_, **__: (_ for _ in ()).throw(full))
    problem = do(given, tmp_path)
    assert problem.passing
    assert problem.message.count("No space left on device") == 1
    assert not list(tmp_path.glob("models/*"))


def test_a_setting_of_ones_own_is_looked_for_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "two.toml").write_text('extends = "small"\nseeds = [1, 2]\n')
    monkeypatch.chdir(tmp_path)
    found = read_experiment("h1", setting="two.toml")
    assert (found.name, found.setting, found.seeds) == ("h1", "two", (1, 2))
