"""Models derived without training, and the exact check of what a model solves."""

import asyncio
import json
import resource
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from falloff.core import ModelError, SetupError, UnknownNameError, UsageError  # noqa: E402
from falloff.lab.answers import oracle  # noqa: E402
from falloff.lab.batches import pad  # noqa: E402
from falloff.lab.checking import held_centre, outcomes, reproduced  # noqa: E402
from falloff.lab.checkpoint import load, save  # noqa: E402
from falloff.lab.corpus import Corpus, Item, Mix, Reach  # noqa: E402
from falloff.lab.gptq import gptq  # noqa: E402
from falloff.lab.grow import grow_one  # noqa: E402
from falloff.lab.network import Shape, build  # noqa: E402
from falloff.lab.objectives import loss_function  # noqa: E402
from falloff.lab.play import play_items  # noqa: E402
from falloff.lab.pruning import with_layers  # noqa: E402
from falloff.lab.quantise import nearest, quantise  # noqa: E402
from falloff.lab.recipe import Objective, Pruned, Quantised, Recipe  # noqa: E402
from falloff.lab.schedule import Schedule  # noqa: E402
from falloff.lab.sequences import sequence_of  # noqa: E402
from falloff.models.micro import EMBEDDED, load_folder  # noqa: E402

SMALL = Shape(width=32, layers=3, heads=2, feed_forward=48)
WIDE = Mix(
    reach={
        "rule_chain": {"steps": Reach(scale=9, top=12), "distractors": Reach(scale=3, top=8)},
        "tool_chain": {"chain": Reach(scale=9, top=12), "tool_set_size": Reach(scale=3, top=8)},
    }
)
CORPUS = Corpus(mix=WIDE, seed=1, size=160)


@pytest.fixture(scope="module")
def base():
    return load(EMBEDDED / "base")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "small"
    save(build(SMALL, 1), folder, recipe={})
    return {"small": folder}


def test_verdicts_are_those_of_greedy_decoding(base):
    """On a trained model, near and far, so that many are solved and many are not."""
    items = list(CORPUS.items())
    played = [e.outcome for e in play_items(load_folder(EMBEDDED / "base", spec="base"), items)]
    checked = outcomes(base, items)
    assert [o.score for o in checked] == [o.score for o in played]
    assert [o.reason for o in checked] == [o.reason for o in played]
    assert [o.answer for o in checked] == [o.answer for o in played]
    assert 40 < sum(o.score for o in played) < 150


def test_one_forced_pass_proves_most_of_what_is_solved(base):
    items = list(CORPUS.items())
    surely = reproduced(base, [sequence_of(episode) for episode in oracle(items)])
    solved = [outcome.score == 1 for outcome in outcomes(base, items)]
    assert all(yes for yes, sure in zip(solved, surely, strict=True) if sure)
    assert sum(surely) > 0.9 * sum(solved)


def test_a_teacher_without_its_centre_is_stopped_and_named(base):
    with pytest.raises(ModelError, match="Teacher 'raw' does not hold its centre: rule_chain -11%"):
        held_centre(build(SMALL, 1), ["rule_chain"], name="raw", probes=10)
    assert held_centre(base, ["tool_chain"], name="base", probes=20)["tool_chain"] > 0.9


@pytest.mark.parametrize("group", [16, 32, None])
def test_more_bits_change_the_weights_less(group):
    torch.manual_seed(0)
    matrix = torch.randn(24, 72)
    errors = [float((nearest(matrix, bits, group) - matrix).norm()) for bits in (2, 3, 4, 8)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02 * errors[0]


@pytest.mark.parametrize("bits", [2, 3])
def test_a_group_has_as_many_values_as_its_bits_allow(bits):
    torch.manual_seed(0)
    rounded = nearest(torch.randn(8, 64), bits, 32)
    for row in rounded.view(-1, 32):
        assert len(row.unique()) <= 2**bits
    assert nearest(torch.zeros(2, 32), bits, 32).abs().sum() == 0


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_gptq_changes_a_layers_output_less_than_rounding_does(bits):
    torch.manual_seed(0)
    inputs = torch.randn(400, 8) @ torch.randn(8, 64) + 0.3 * torch.randn(400, 64)
    matrix = torch.randn(48, 64)

    def error(changed):
        return float((inputs @ (changed - matrix).mT).norm())

    ours = gptq(matrix, inputs.mT @ inputs, bits, 32)
    assert error(ours) < 0.8 * error(nearest(matrix, bits, 32))
    for row in ours.view(-1, 32):
        assert len(row.unique()) <= 2**bits


def test_gptq_keeps_more_of_a_trained_network(base):
    """On episodes that the calibration did not have, by KL to what it was."""
    batch = pad([sequence_of(e) for e in oracle(list(replace(CORPUS, seed=2, size=64).items()))])
    divergence = loss_function(Objective(loss="forward_kl"), base)

    def damage(recipe):
        network = load(EMBEDDED / "base")
        quantise(network, recipe)
        return float(divergence(network(batch.tokens).logits.detach(), batch))

    plain = Quantised(name="n", source="base", bits=3)
    assert damage(replace(plain, method="gptq", calibration=CORPUS)) < damage(plain)


def test_a_quantised_checkpoint_says_that_it_is_simulated(folders, tmp_path):
    recipe = Quantised(name="int4", source="small", bits=4)
    facts = grow_one(recipe, folders, tmp_path / "int4")
    assert facts["bits_per_weight"] == pytest.approx(5, abs=0.1)  # 32 more for each 32 weights
    assert 0.02 < facts["weight_error"] < 0.2
    card = (tmp_path / "int4" / "README.md").read_text()
    assert "simulated" in card
    assert "4 bits" in card
    weights = load(tmp_path / "int4").model.layers[0].mlp.up_proj.weight
    assert max(len(row.unique()) for row in weights.view(-1, 32)) <= 16


def test_layers_are_left_out_and_the_others_copied(folders, tmp_path):
    grow_one(Pruned(name="two", source="small", layers=(0, 2)), folders, tmp_path / "two")
    small, two = load(folders["small"]), load(tmp_path / "two")
    assert two.config.num_hidden_layers == 2
    for kept, origin in ((0, 0), (1, 2)):
        copied, original = two.model.layers[kept], small.model.layers[origin]
        pairs = zip(copied.parameters(), original.parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)
    assert torch.equal(two.lm_head.weight, small.lm_head.weight)
    asyncio.run(load_folder(tmp_path / "two", spec="two").close())


@pytest.mark.parametrize("layers", [(), (0, 3)])
def test_layers_that_are_not_there_are_refused(layers):
    with pytest.raises(UsageError, match="network of 3"):
        with_layers(build(SMALL, 1), layers)


def trained(**more):
    quick = Schedule(tokens=256, warmup=1, max_steps=2, cooldown=0.5)
    given = {"corpus": replace(CORPUS, size=20), "seed": 1, "schedule": quick}
    return Recipe(name="student", **{**given, **more})


def test_a_student_may_start_from_some_of_the_teachers_layers(folders, tmp_path):
    facts = grow_one(trained(start="small", layers=(0, 2)), folders, tmp_path / "student")
    assert facts["shape"] == "width 32, 2 layers"
    assert "of which it keeps layers 0, 2" in (tmp_path / "student" / "README.md").read_text()


def test_a_shape_that_is_not_the_starts_is_refused(folders, tmp_path):
    with pytest.raises(UsageError, match="Leave the shape out"):
        grow_one(trained(start="small", shape=replace(SMALL, layers=1)), folders, tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_a_model_that_is_not_there_is_named(folders, tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'small'"):
        grow_one(Pruned(name="two", source="smal", layers=(0,)), folders, tmp_path / "two")


def test_a_checkpoint_that_is_not_what_its_recipe_says_is_refused(folders, tmp_path):
    grow_one(Pruned(name="one", source="small", layers=(0,)), folders, tmp_path / "one")
    grow_one(Pruned(name="other", source="small", layers=(1,)), folders, tmp_path / "other")
    (tmp_path / "one" / "model.safetensors").write_bytes(
        (tmp_path / "other" / "model.safetensors").read_bytes()
    )
    with pytest.raises(ModelError, match=r"not what its recipe\.json says: other weights"):
        load(tmp_path / "one")


def test_a_loss_that_is_not_finite_keeps_the_last_good_checkpoint(tmp_path):
    plan = Schedule(tokens=256, warmup=1, max_steps=20, other_rate=1e30)
    with pytest.raises(ModelError, match=r"at step 2\.[^$]*last good weights are in") as stopped:
        grow_one(trained(shape=SMALL, schedule=plan), {}, tmp_path / "student")
    assert not (tmp_path / "student").exists()
    kept = load(tmp_path / "student.last-good")
    assert all(p.isfinite().all() for p in kept.parameters())
    written = json.loads((tmp_path / "student.last-good" / "recipe.json").read_text())
    assert written["took"]["stopped"] in str(stopped.value)


def test_a_disk_without_room_is_said_and_leaves_what_was_there(folders, tmp_path):
    grow_one(Pruned(name="one", source="small", layers=(0,)), folders, tmp_path / "one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(SetupError, match=r"could not be written: .*File too large"):
            grow_one(Pruned(name="one", source="small", layers=(1,)), folders, tmp_path / "one")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [file.name for file in tmp_path.iterdir()] == ["one"]
    load(tmp_path / "one")


def test_an_item_wears_its_template_when_it_is_checked(base):
    """The base knows the dialect as it is and no other."""
    plain = list(replace(CORPUS, size=20, mix=Mix(reach={"rule_chain": {}})).items())
    dressed = [Item(probe=item.probe, template=7) for item in plain]
    solved = [sum(o.score for o in outcomes(base, items)) for items in (plain, dressed)]
    assert solved[0] > 15
    assert solved[1] < 10
