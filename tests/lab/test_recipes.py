"""Recipes: what they refuse, what they train on, and what their objectives compute."""

import itertools
import math
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from falloff.core import UnknownNameError, UsageError  # noqa: E402
from falloff.lab.answers import examples, oracle  # noqa: E402
from falloff.lab.batches import off_policy, on_policy, own_steps, pad  # noqa: E402
from falloff.lab.checkpoint import load  # noqa: E402
from falloff.lab.corpus import Corpus, Mix, Reach  # noqa: E402
from falloff.lab.manifest import manifest  # noqa: E402
from falloff.lab.network import Shape, build  # noqa: E402
from falloff.lab.novelty import indexed  # noqa: E402
from falloff.lab.objectives import divergence, loss_function  # noqa: E402
from falloff.lab.recipe import Objective, OnPolicy, Quantised, Recipe  # noqa: E402
from falloff.lab.rollouts import rollout  # noqa: E402
from falloff.lab.schedule import Schedule  # noqa: E402
from falloff.lab.sequences import sequence_of  # noqa: E402
from falloff.lab.templates import SEPARATORS, SPARE  # noqa: E402
from falloff.lab.training import train  # noqa: E402
from falloff.models.micro import EMBEDDED  # noqa: E402
from falloff.probes import FAMILIES  # noqa: E402
from falloff.training import NgramView  # noqa: E402

SMALL = Shape(width=32, layers=2, heads=2, feed_forward=48)
MIX = Mix(
    reach={
        "rule_chain": {"steps": Reach(scale=1, top=2), "distractors": Reach(scale=1, top=1)},
        "tool_chain": {"chain": Reach(scale=1, top=2), "tool_set_size": Reach(scale=1, top=1)},
    }
)
CORPUS = Corpus(mix=MIX, seed=1, size=40)
FORWARD, REVERSE = Objective(loss="forward_kl"), Objective(loss="reverse_kl")
OBJECTIVES = [FORWARD, REVERSE, Objective(loss="jsd", beta=0.3)]


def texts(corpus, count):
    return [example.text for example in itertools.islice(examples(corpus, oracle, seed=1), count)]


def test_dials_are_independent():
    plain = list(CORPUS.items())
    turned = list(replace(CORPUS, templates=5, noise=0.5).items())
    assert [item.probe for item in turned] == [item.probe for item in plain]
    assert {item.template for item in turned} == set(range(5))
    assert 10 <= sum(item.spoiled for item in turned) <= 30


def test_a_template_changes_how_it_is_asked_and_not_what_is_right():
    for plain in CORPUS.items():
        dressed = replace(plain, template=3)
        asked = [oracle([item])[0] for item in (plain, dressed)]
        assert asked[0].prompt != asked[1].prompt
        assert asked[1].outcome.score == 1
        assert asked[0].transcript.messages[1:] == asked[1].transcript.messages[1:]


def test_no_two_prompts_become_one_in_a_template():
    items = list(replace(CORPUS, size=300).items())
    asked = {item.prompt for item in items}
    assert len({replace(item, template=2).prompt for item in items}) == len(asked)


@pytest.mark.parametrize("family", [f for f in FAMILIES if "micro" in FAMILIES[f].renderers])
def test_templates_touch_nothing_that_an_answer_copies(family):
    corpus = Corpus(mix=Mix(reach={family: {}}), seed=1, size=100)
    for episode in oracle(list(corpus.items())):
        asked, *after = episode.transcript.messages
        written = set("".join(m.content for m in after if m.role == "assistant"))
        assert not set(asked.content) & written & set(SEPARATORS + SPARE)


def test_a_corpus_of_a_size_goes_round_in_ever_new_order():
    first, second = (texts(CORPUS, 80)[part] for part in (slice(40), slice(40, None)))
    assert first != second
    assert sorted(s.tokens for s in first) == sorted(s.tokens for s in second)


def test_noise_is_one_wrong_character_in_an_answer():
    for clean, noisy in zip(texts(CORPUS, 40), texts(replace(CORPUS, noise=1), 40), strict=True):
        wrong = [i for i, t in enumerate(clean.tokens) if t != noisy.tokens[i]]
        assert len(wrong) == 1
        assert clean.learn[wrong[0]]


def test_a_manifest_tells_corpora_apart_and_counts_them():
    one, same, other = (manifest(c) for c in (CORPUS, replace(CORPUS), replace(CORPUS, seed=2)))
    assert one == same
    assert one["sha256"] != other["sha256"]
    assert one["items"] == 40
    assert sum(one["doses"]["rule_chain"]["steps"].values()) == one["families"]["rule_chain"] == 20


def test_novelty_sees_a_template_that_a_corpus_does_not_have():
    corpus, view = replace(CORPUS, size=300), NgramView()
    known = indexed(corpus, view)
    fresh = list(replace(corpus, seed=2, size=50).items())
    near, far = (
        known.distances(view.vectors([replace(item, template=t).prompt for item in fresh]))
        for t in (0, 3)
    )
    assert near.mean() < 0.8 * far.mean()


@pytest.mark.parametrize(
    "dial", [{"size": 0}, {"templates": 0}, {"templates": 501}, {"noise": 1.5}]
)
def test_a_dial_out_of_range_is_named(dial):
    with pytest.raises(UsageError, match=next(iter(dial))):
        replace(CORPUS, **dial)


def test_an_unknown_axis_is_named_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean 'steps'"):
        Mix(reach={"rule_chain": {"step": Reach(scale=1, top=2)}})


@pytest.mark.parametrize(
    "parts",
    [
        {"start": None, "shape": None},
        {"start": None, "shape": SMALL, "layers": (0,)},
        {"answers": "greedy"},
        {"objective": FORWARD},
        {"on_policy": OnPolicy(start=1, end=1), "teacher": "teacher"},
    ],
)
def test_a_recipe_whose_parts_do_not_fit_is_refused(parts):
    given = {"corpus": CORPUS, "seed": 1, "schedule": Schedule(), "start": "base"}
    with pytest.raises(UsageError, match="Recipe 'mine'"):
        Recipe(name="mine", **{**given, **parts})


def test_gptq_needs_something_to_calibrate_on():
    with pytest.raises(UsageError, match="calibration"):
        Quantised(name="mine", source="base", bits=4, method="gptq")


def log(row):
    return torch.tensor([row], dtype=torch.float64).log()


def kl(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


P, Q, MIXED = (0.5, 0.3, 0.2), (0.2, 0.2, 0.6), (0.275, 0.225, 0.5)


@pytest.mark.parametrize(
    ("objective", "by_hand"),
    [
        (FORWARD, kl(P, Q)),
        (REVERSE, kl(Q, P)),
        (Objective(loss="jsd", beta=0.25), 0.25 * kl(P, MIXED) + 0.75 * kl(Q, MIXED)),
        (Objective(loss="forward_kl", top_k=1), kl((0.5, 0.5), (0.2, 0.8))),
        (Objective(loss="reverse_kl", top_k=2), kl(Q, P)),
    ],
)
def test_divergences_are_those_computed_by_hand(objective, by_hand):
    found = divergence(log(P), log(Q), objective)
    assert float(found) == pytest.approx(by_hand)


def test_temperature_softens_both_and_is_squared_away():
    teacher, student = log([0.64, 0.36]), log([0.16, 0.84])
    found = divergence(teacher, student, replace(FORWARD, temperature=2.0))
    p, q = 0.8 / 1.4, 0.4 / (0.4 + math.sqrt(0.84))
    assert float(found) == pytest.approx(4 * kl((p, 1 - p), (q, 1 - q)))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_top_k_of_the_whole_vocabulary_is_no_top_k(objective):
    torch.manual_seed(0)
    teacher, student = torch.randn(2, 5, 98, dtype=torch.float64)
    whole = divergence(teacher, student, objective)
    assert divergence(teacher, student, replace(objective, top_k=98)) == whole
    nearly = [divergence(teacher, student, replace(objective, top_k=k)) for k in (1, 8, 64, 97)]
    assert torch.stack(nearly).diff().gt(0).all()
    assert nearly[-1] == pytest.approx(whole)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_model_does_not_diverge_from_itself(objective):
    model = build(SMALL, 1)
    batch = pad(texts(CORPUS, 8))
    loss = loss_function(replace(objective, top_k=10), model)(model(batch.tokens).logits, batch)
    assert float(loss.detach()) == pytest.approx(0, abs=1e-4)


def test_reverse_kl_has_the_gradient_of_a_policy_that_is_rewarded_for_each_token_it_draws():
    torch.manual_seed(5)
    teacher, student = torch.randn(3, 7), torch.randn(3, 7, requires_grad=True)
    exact = divergence(teacher, student, Objective(loss="reverse_kl"))
    (by_divergence,) = torch.autograd.grad(exact, student)
    log_q, log_p = student.log_softmax(-1), teacher.log_softmax(-1)
    reward = (log_p - log_q).detach()
    # Over all tokens that it might draw, each as often as it does.
    expected = -(log_q.exp().detach() * reward * log_q).sum()
    (by_policy,) = torch.autograd.grad(expected, student)
    torch.testing.assert_close(by_divergence, by_policy)


def test_cross_entropy_is_that_of_what_the_model_writes():
    model = build(SMALL, 1)
    (text,) = texts(CORPUS, 1)
    logits = model(torch.tensor([text.tokens])).logits[0].log_softmax(-1).detach()
    written = [i for i, on in enumerate(text.learn) if on]
    by_hand = -sum(float(logits[i - 1, text.tokens[i]]) for i in written)
    batch = pad([text, max(texts(CORPUS, 40), key=lambda s: len(s.tokens))])
    batch = replace(batch, learn=batch.learn & torch.tensor([[True], [False]]))
    loss = loss_function(Objective())(model(batch.tokens).logits, batch)
    assert float(loss.detach()) == pytest.approx(by_hand, rel=1e-4)


def test_the_on_policy_share_goes_from_start_to_end():
    plan = OnPolicy(start=0.2, end=0.8)
    assert [plan.share(p) for p in (0, 0.5, 1, 2)] == pytest.approx([0.2, 0.5, 0.8, 0.8])
    own = list(itertools.islice(own_steps(plan, 100), 200))
    assert sum(own[:100]) == 50
    assert sum(own[:20]) < 0.4 * 20 < sum(own[80:100])
    assert sum(own[100:]) == 80
    assert all(itertools.islice(own_steps(OnPolicy(start=1, end=1), 10), 20))
    assert not any(itertools.islice(own_steps(OnPolicy(start=0, end=0), 10), 20))


def test_own_episodes_are_the_networks_own_and_tools_answer_them():
    """At a temperature near 0 each of its tokens is its likeliest after all the text before."""
    network = load(EMBEDDED / "base")
    items = list(CORPUS.items())
    own = rollout(network, items, draw=1, temperature=1e-3)
    assert len(own) == len(items)
    batch = pad(own)
    guess = network(batch.tokens).logits[:, :-1].argmax(-1)
    assert ((guess == batch.tokens[:, 1:]) | ~batch.learn[:, 1:]).all()
    called = [s for s, item in zip(own, items, strict=True) if item.probe.family == "tool_chain"]
    assert all(s.learn[-1] and s.learn.count(True) < len(s.learn) for s in called)
    ideal = [sequence_of(episode).tokens for episode in oracle(items)]
    assert sum(s.tokens == right for s, right in zip(own, ideal, strict=True)) > 30


def test_draws_differ_and_the_same_draw_does_not():
    network = load(EMBEDDED / "base")
    items = list(CORPUS.items())
    one, same, other = (rollout(network, items, draw=d, temperature=2.0) for d in (1, 1, 2))
    assert one == same != other


def test_text_that_is_not_all_that_was_written_is_left_out():
    """An untrained network writes special tokens as often as any others."""
    network = build(SMALL, 1)
    own = rollout(network, list(CORPUS.items()), draw=1, temperature=1.0)
    assert len(own) < 40
    assert all(min(s.tokens) >= 1 and s.tokens.count(1) == 1 for s in own)


def test_own_steps_are_written_by_the_network_as_it_then_is():
    network, teacher = build(SMALL, 1), build(SMALL, 2)
    seen = []

    def write(items, step):
        seen.append(float(next(network.parameters()).detach().sum()))
        return rollout(network, items, draw=step, temperature=1.0)

    text = examples(CORPUS, oracle, seed=1)
    train(
        network,
        on_policy(text, 256, OnPolicy(start=1, end=1), 4, write),
        plan=Schedule(tokens=256, warmup=1, max_steps=4, cooldown=0.25),
        loss=loss_function(REVERSE, teacher),
    )
    assert len(set(seen)) == 5


def test_a_budget_of_tokens_ends_the_training():
    plan = Schedule(tokens=256, warmup=1, max_tokens=1000, cooldown=0.0)
    took = train(build(SMALL, 1), off_policy(examples(CORPUS, oracle, seed=1), 256), plan=plan)
    assert took.steps == 5
    assert 1000 <= took.tokens < 1000 + 3 * 256
