"""MiniLLM: its gradient, held against the exact one, its mixture, and its dials."""

import itertools

import numpy as np
import pytest
from tiny_parts import PARTS

torch = pytest.importorskip("torch")

from falloff.core import UsageError  # noqa: E402
from falloff.lab.experiments.reading import read_experiment  # noqa: E402
from falloff.lab.grow import grow_one  # noqa: E402
from falloff.lab.network import Shape, build  # noqa: E402
from falloff.lab.objectives import divergence  # noqa: E402
from falloff.lab.policy import what_follows  # noqa: E402
from falloff.lab.recipe import Objective, PolicyGradient  # noqa: E402
from falloff.lab.rollouts import Guide, playing  # noqa: E402
from falloff.models.micro import EMBEDDED  # noqa: E402

REVERSE = Objective(loss="reverse_kl")
PLAIN = PolicyGradient(teacher_share=0, normalised=False)
WORDS, LONGEST, END, WORLD = 3, 3, 0, 1
MINILLM = """
[models.student]
recipe = "minillm"
start = "teacher"
teacher = "teacher"
corpus = "broad"
schedule = "quick"
teacher_share = 0.3
[measure]
box = 8
centre = 8
tail = "broad"
"""


def answers():
    """All that can be written: up to three own tokens, the world's after the first, an end."""
    for own in itertools.product(range(WORDS), repeat=LONGEST):
        stop = own.index(END) + 1 if END in own else LONGEST
        if not any(own[stop:]):
            said = [own[0], WORLD, *own[1:]]
            yield said, [i != 1 and i - (i > 1) < stop for i in range(len(said))]


def tables(seed):
    """Logits of the next token after every beginning: a network with a vocabulary of three."""
    drawn = torch.Generator().manual_seed(seed)
    beginnings = (b for n in range(5) for b in itertools.product(range(WORDS), repeat=n))
    places = {beginning: i for i, beginning in enumerate(beginnings)}
    logits = torch.randn(len(places), WORDS, generator=drawn, dtype=torch.float64)
    return places, logits.requires_grad_()


def laid_out(places, logits, said):
    return torch.stack([logits[places[tuple(said[:i])]] for i in range(len(said))])[None]


def log_likelihood(logits, said, own):
    steps = logits[0].log_softmax(-1)[range(len(said)), said]
    return steps[torch.tensor(own)].sum()


def test_the_gradient_is_that_of_the_reverse_kl_of_whole_answers():
    places, student = tables(1)
    teacher = tables(2)[1].detach()
    exact, estimated = torch.zeros(()), torch.zeros(())
    for said, own in answers():
        q, p = laid_out(places, student, said), laid_out(places, teacher, said)
        log_q, log_p = log_likelihood(q, said, own), log_likelihood(p, said, own)
        exact = exact + log_q.exp() * (log_q - log_p)
        mask, drawn = torch.tensor([own]), torch.tensor([said])
        step = divergence(p[mask], q[mask], REVERSE)
        rest = what_follows(p, q, drawn, mask, PLAIN)
        estimated = estimated + log_q.exp().detach() * (step + rest)
    (truth,) = torch.autograd.grad(exact, student)
    (found,) = torch.autograd.grad(estimated, student)
    torch.testing.assert_close(found, truth)
    assert truth.abs().max() > 0.05


def test_weights_make_up_for_the_teachers_share_in_drawing_a_token():
    places, student = tables(3)
    teacher = tables(4)[1].detach()
    found = []
    for share in (0.0, 0.4):
        plan, total = PolicyGradient(teacher_share=share, normalised=False), torch.zeros(())
        for said in itertools.product(range(WORDS), repeat=2):
            q, p = laid_out(places, student, said), laid_out(places, teacher, said)
            chances = q[0].softmax(-1).detach()
            first = (1 - share) * chances[0, said[0]] + share * p[0, 0].softmax(-1)[said[0]]
            rest = what_follows(p, q, torch.tensor([said]), torch.ones(1, 2, dtype=bool), plan)
            total = total + first * chances[1, said[1]] * rest
        found.append(torch.autograd.grad(total, student)[0])
    torch.testing.assert_close(found[0], found[1])


def test_a_reward_that_is_normalised_is_the_mean_of_what_comes_after():
    """Of three own tokens with a tool's result between: over two, one and none."""
    student = torch.randn(1, 4, WORDS, dtype=torch.float64, requires_grad=True)
    teacher = torch.randn(1, 4, WORDS, dtype=torch.float64)
    drawn, own = torch.tensor([[1, 1, 2, 0]]), torch.tensor([[True, False, True, True]])
    whole, mean = (
        torch.autograd.grad(what_follows(teacher, student, drawn, own, plan), student)[0][0]
        for plan in (PLAIN, PolicyGradient(teacher_share=0, normalised=True))
    )
    torch.testing.assert_close(whole, mean * torch.tensor([2, 1, 1, 1])[:, None])
    assert whole.abs().sum(-1).bool().tolist() == [True, False, True, False]


def test_both_networks_have_their_share_in_what_is_drawn():
    shape = Shape(width=32, layers=1, heads=2, feed_forward=48)
    own, other = build(shape, 1), build(shape, 2)
    text = [1, 20, 30, 40]
    with playing(own, guide=Guide(network=other, share=0.25)) as engine, torch.no_grad():
        _, mixed = engine._greedy.choose([0], [[]], [text], [None])
        q, p = (net(torch.tensor([text])).logits[0, -1].softmax(-1) for net in (own, other))
    np.testing.assert_allclose(np.exp(mixed[0]), (0.75 * q + 0.25 * p).numpy(), rtol=1e-4)


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "own.toml").write_text(PARTS + text)
        return read_experiment(str(tmp_path / "own.toml"))

    return write


def test_a_minillm_student_is_grown(written, tmp_path):
    recipe = written(MINILLM).members["student"].at(1)
    assert recipe.policy_gradient == PolicyGradient(teacher_share=0.3)
    took = grow_one(recipe, {"teacher": EMBEDDED / "teacher"}, tmp_path / "student")
    assert took["steps"] == 3
    assert "share of 30% for the teacher" in (tmp_path / "student" / "README.md").read_text()


def test_its_dials_are_in_range_and_its_own(written):
    with pytest.raises(UsageError, match="teacher_share"):
        written(MINILLM.replace("0.3", "1.0"))
    with pytest.raises(UsageError, match="own_temperature"):
        written(MINILLM.replace("teacher_share", "own_temperature"))
