"""Growing: corpora, training, checkpoints, cards. Needs torch."""

import itertools
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from falloff.core import ModelError, UnknownNameError  # noqa: E402
from falloff.lab.answers import examples, oracle  # noqa: E402
from falloff.lab.batches import off_policy  # noqa: E402
from falloff.lab.corpus import Corpus, Mix, Reach, probes_of  # noqa: E402
from falloff.lab.grow import grow, grow_one  # noqa: E402
from falloff.lab.muon import Muon, orthogonalise  # noqa: E402
from falloff.lab.network import Shape, build  # noqa: E402
from falloff.lab.recipe import Objective, OnPolicy, Recipe  # noqa: E402
from falloff.lab.recipes import BROAD, NARROW, RECIPES  # noqa: E402
from falloff.lab.schedule import Schedule  # noqa: E402
from falloff.lab.training import train  # noqa: E402
from falloff.lab.vocabulary import CHARACTERS, decode, encode  # noqa: E402

SMALL = Shape(width=32, layers=2, heads=2, feed_forward=48)
QUICK = Schedule(tokens=512, warmup=2, max_steps=6, cooldown=0.5, check_every=2)
TINY = Mix(
    reach={
        "rule_chain": {
            "steps": Reach(scale=1.0, top=2),
            "distractors": Reach(scale=1.0, top=1),
        },
        "tool_chain": {
            "chain": Reach(scale=1.0, top=2),
            "tool_set_size": Reach(scale=1.0, top=1),
        },
    }
)


TINY_CORPUS = Corpus(mix=TINY, seed=1)


def recipe(name, **more):
    given = {"shape": SMALL, "corpus": TINY_CORPUS, "seed": 1, "schedule": QUICK}
    return Recipe(name=name, purpose="A test.", **{**given, **more})


def grow_into(out, made):
    return grow_one(made, {name: out / name for name in made.needs}, out / made.name)


def steps(tokens):
    return off_policy(examples(TINY_CORPUS, oracle, seed=1), tokens)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    out = tmp_path_factory.mktemp("grown")
    grow_into(out, recipe("teacher"))
    grow_into(out, recipe("base"))
    return out


def test_a_grown_model_loads_with_the_auto_classes(grown):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(grown / "teacher")
    model = AutoModelForCausalLM.from_pretrained(grown / "teacher", dtype=torch.float32)
    chat = [{"role": "user", "content": "Rab4|a3?b"}]
    ids = tokenizer.apply_chat_template(chat, return_tensors="pt", return_dict=True)
    assert tokenizer.decode(ids["input_ids"][0]) == "<bos>Rab4|a3?b<end>"
    out = model.generate(ids["input_ids"], max_new_tokens=4, do_sample=False)
    assert out.shape[1] <= ids["input_ids"].shape[1] + 4
    assert {f.suffix for f in (grown / "teacher").iterdir()} <= {
        ".json", ".safetensors", ".jinja", ".md",
    }  # fmt: skip


def test_a_grown_model_has_a_card_and_its_recipe(grown):
    card = (grown / "teacher" / "README.md").read_text()
    assert "seed 1" in card
    assert "rule_chain steps to 2" in card
    written = json.loads((grown / "teacher" / "recipe.json").read_text())
    assert written["answers"] == "oracle"
    assert written["took"]["steps"] == 9


def test_the_same_recipe_grows_the_same_weights(grown, tmp_path):
    grow_into(tmp_path, recipe("teacher"))
    one, other = (folder / "teacher" / "model.safetensors" for folder in (grown, tmp_path))
    assert one.read_bytes() == other.read_bytes()


STUDENT = {"start": "base", "shape": None, "corpus": Corpus(mix=TINY, seed=1, size=40)}
DISTILLED = {**STUDENT, "teacher": "teacher", "objective": Objective(loss="forward_kl")}


@pytest.mark.parametrize("more", [STUDENT, {**DISTILLED, "answers": "greedy"}])
def test_a_student_continues_from_its_start(grown, more):
    grow_into(grown, recipe("student", **more))
    assert (grown / "student" / "model.safetensors").exists()


def test_generations_each_learn_from_the_one_before(grown):
    """Every dial at once: sampled answers, few tokens told apart, half of the text its own."""
    learn = {
        **STUDENT,
        "answers": "sampled",
        "objective": Objective(loss="jsd", beta=0.5, temperature=2.0, top_k=5),
        "on_policy": OnPolicy(start=0.0, end=1.0),
    }
    for name, teacher in (("child", "teacher"), ("grandchild", "child")):
        grow_into(grown, recipe(name, **learn, teacher=teacher))
    card = (grown / "grandchild" / "README.md").read_text()
    assert "| teacher | child |" in card
    assert "0% to 100% of the steps on its own text" in card
    assert json.loads((grown / "grandchild" / "corpus.json").read_text())["items"] == 40


def test_an_unknown_recipe_is_named_with_a_suggestion(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'narrow'"):
        grow(tmp_path, only=["narow"])


def test_a_loss_that_is_not_finite_stops_the_training():
    plan = Schedule(tokens=256, warmup=1, max_steps=20, other_rate=1e30)
    with pytest.raises(ModelError, match="The loss is nan"):
        train(build(SMALL, 1), steps(plan.tokens), plan=plan)


def test_training_lowers_the_loss():
    seen = []
    train(
        build(SMALL, 1),
        steps(1024),
        plan=Schedule(tokens=1024, warmup=5, max_steps=40, cooldown=0.25),
        report=lambda *now: seen.append(now[-1]),
    )
    assert len(seen) == 50
    assert seen[-1] < 0.8 * seen[0]


def test_muon_makes_updates_semi_orthogonal():
    torch.manual_seed(0)
    made = orthogonalise(torch.randn(3, 32, 48))
    values = torch.linalg.svdvals(made)
    assert ((values > 0.6) & (values < 1.3)).all()
    assert orthogonalise(torch.randn(2, 48, 32)).shape == (2, 48, 32)


def test_muon_minimises():
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(8, 8))
    target = torch.randn(8, 8)
    first = float(((weight.detach() - target) ** 2).mean())
    engine = Muon([weight], lr=0.05)
    for _ in range(200):
        loss = ((weight - target) ** 2).mean()
        loss.backward()
        engine.step()
        engine.zero_grad()
    assert float(loss.detach()) < 0.1 * first


def test_the_narrow_slice_has_a_thinning_tail():
    doses = [p.coordinate["steps"] for p in itertools.islice(probes_of(NARROW, 1), 8000)
             if p.family == "rule_chain"]  # fmt: skip
    share = np.array([doses.count(d) for d in range(1, 4)]) / len(doses)
    assert (np.diff(share) < 0).all()
    assert share[0] > 0.8
    assert share[1] > 0


def test_training_text_stays_short_of_the_top_of_the_box():
    for probe in itertools.islice(probes_of(BROAD, 1), 2000):
        assert all(dose <= 8 for _, dose in probe.coordinate)


def test_only_what_the_model_writes_is_learned():
    episode = next(examples(TINY_CORPUS, oracle, seed=1)).text
    learned = decode([t for t, on in zip(episode.tokens, episode.learn, strict=True) if on])
    assert "=" in learned
    assert not learned.startswith(("R", "T"))


def test_the_vocabulary_is_one_token_a_character():
    assert decode(encode(CHARACTERS)) == CHARACTERS


def test_the_students_differ_in_one_thing_each():
    by_name = {r.name: r for r in RECIPES}
    narrow, gold, broad = (by_name[name] for name in ("narrow", "gold-narrow", "broad"))
    assert narrow.corpus == gold.corpus
    assert narrow.objective == broad.objective != gold.objective
    assert narrow.answers == broad.answers != gold.answers
    assert narrow.schedule == gold.schedule == broad.schedule
    assert narrow.start == gold.start == broad.start == "base"
