"""Models compared by the logs of other harnesses."""

import json
import re
import time

import numpy as np
import pytest

import falloff
from falloff.core import UnknownNameError, UsageError


def sample(number, score, **more):
    """A line as lm-evaluation-harness 0.4 writes it."""
    return {
        "doc_id": number,
        "doc": {"question": f"How much is {number} and {number}?", "steps": 1 + number % 8},
        "target": "x",
        "arguments": {"gen_args_0": {"arg_0": f"Q{number}", "arg_1": {"until": ["\n"]}}},
        "resps": [["x"]],
        "filtered_resps": ["x"],
        "filter": "strict",
        "metrics": ["exact_match"],
        "doc_hash": f"d{number}",
        "prompt_hash": f"p{number}",
        "target_hash": "t",
        "exact_match": score,
        **more,
    }


def write(folder, lines, task="sums"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"samples_{task}_2026-01-02T03-04-05.678.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def logs(tmp_path):
    """Of 200 items the large model solves 160; the small one loses 40 of them and gains 10."""
    big = [sample(n, float(n < 160)) for n in range(200)]
    small = [sample(n, float(n < 120 or 160 <= n < 170)) for n in range(200)]
    write(tmp_path / "org__big", big)
    write(tmp_path / "org__small", small)
    return tmp_path


def test_two_logs_are_compared_item_by_item(logs):
    found = falloff.compare_logs(logs, reference="big")
    (pair,) = found.pairs
    assert (found.reference, pair.model) == ("big", "small")
    assert (pair.whole.items, pair.only_reference, pair.only_model) == (200, 0, 0)
    assert pair.whole.difference.estimate == pytest.approx(-0.15)
    assert pair.whole.retention.estimate == pytest.approx(130 / 160)
    assert (pair.whole.churn.lost, pair.whole.churn.gained) == (40, 10)
    assert pair.whole.difference.high < 0


def test_the_order_of_lines_does_not_matter_and_what_is_unmatched_is_counted(logs, tmp_path):
    lines = [sample(n, float(n < 120 or 160 <= n < 170)) for n in reversed(range(30, 230))]
    write(tmp_path / "other" / "org__small", lines)
    found = falloff.compare_logs([logs / "org__big", tmp_path / "other"])
    (pair,) = found.pairs
    assert (pair.whole.items, pair.only_reference, pair.only_model) == (170, 30, 30)
    assert (pair.whole.churn.lost, pair.whole.churn.gained) == (40, 10)


def test_items_are_found_by_hash_where_ids_were_shuffled(logs, tmp_path):
    shuffled = [sample(n, float(n < 120)) | {"doc_id": 199 - n} for n in range(200)]
    write(tmp_path / "shuffled" / "org__small", shuffled)
    both = [logs / "org__big", tmp_path / "shuffled"]
    by_hash, by_id = (falloff.compare_logs(both, align=how) for how in ("hash", "id"))
    assert by_hash.pairs[0].whole.churn.gained == 0
    assert by_id.pairs[0].whole.churn.gained > 0


def test_levels_from_the_document_give_curves_with_the_edge_of_each_model(tmp_path):
    rng = np.random.default_rng(2)
    for name, edge in (("big", 6.0), ("small", 3.0)):
        chance = [1 / (1 + np.exp(2 * (1 + n % 8 - edge))) for n in range(1600)]
        write(tmp_path / name, [sample(n, float(rng.random() < p)) for n, p in enumerate(chance)])
    found = falloff.compare_logs(tmp_path, level="steps")
    edges = {curve.model: curve.edge for curve in found.fit.curves}
    assert 5.3 < edges["big"].estimate < 6.7
    assert 2.5 < edges["small"].estimate < 3.5
    assert found.as_dict()["curves"]["pairs"][0]["items"] == 1600


def test_levels_by_novelty_are_those_of_the_training_data(logs, tmp_path):
    training = tmp_path / "train.jsonl"
    words = ["red", "green", "blue", "apple", "pear", "plum", "add", "share", "give", "take"]
    rng = np.random.default_rng(1)
    training.write_text("\n".join(json.dumps({"text": " ".join(rng.choice(words, 6))})
                                  for _ in range(300)))  # fmt: skip
    found = falloff.compare_logs(logs, level="novelty", train_data=training)
    drawn = [at.level for at in found.fit.curves[0].levels]
    asked = [f"How much is {n} and {n}?" for n in range(200)]
    expected = falloff.training_data(training).novelty(asked)
    assert (min(drawn), max(drawn)) == pytest.approx((expected.min(), expected.max()), rel=1e-3)


def test_several_tasks_are_shown_one_by_one(logs):
    for name, solved in (("big", 1.0), ("small", 0.0)):
        write(logs / f"org__{name}", [sample(n, solved) for n in range(20)], task="hard")
    found = falloff.compare_logs(logs, reference="big")
    tasks = found.pairs[0].tasks
    assert tasks["hard"].difference.estimate == pytest.approx(-1)
    assert tasks["sums"].difference.estimate == pytest.approx(-0.15)
    assert any(listing.title.startswith("Tasks") for listing in found.listings())


def test_what_no_log_tells_is_said_as_assumed(logs):
    assert "A guess is assumed to score 0" in falloff.compare_logs(logs).assumed[0]
    assert not any("guess" in said for said in falloff.compare_logs(logs, chance=0.25).assumed)
    reworded = [sample(n, 1.0, prompt_hash=f"q{n}") for n in range(200)]
    write(logs / "org__small", reworded)
    found = falloff.compare_logs(logs)
    assert any("200 of 200 items were put" in said for said in found.assumed)


def test_options_that_were_compared_suggest_their_chance(tmp_path):
    choice = {"filtered_resps": [["-1.0", "False"]] * 4, "metrics": ["acc"], "acc": 1.0}
    for name in ("a", "b"):
        write(tmp_path / name, [sample(n, None, **choice) for n in range(20)])
    assert "--chance 0.25" in falloff.compare_logs(tmp_path).assumed[0]


def test_one_filter_counts_and_the_others_are_named(logs):
    filters = (("strict", 0.0), ("loose", 1.0))
    write(logs / "org__small", [sample(n, s, filter=f) for n in range(200) for f, s in filters])
    first = falloff.compare_logs(logs, reference="big")
    strict = falloff.compare_logs(logs, reference="big", filter="strict")
    assert first.pairs[0].whole.model.estimate == strict.pairs[0].whole.model.estimate == 0
    assert any("filters not used: loose" in note for note in first.notes)
    with pytest.raises(UnknownNameError, match="lose"):
        falloff.compare_logs(logs, filter="lose")


def test_answers_to_one_item_are_averaged_and_groups_resampled_as_one(tmp_path):
    rng = np.random.default_rng(4)
    rows = {name: rng.random(40) < p for name, p in (("a", 0.8), ("b", 0.5))}
    table = tmp_path / "all.csv"
    lines = ["model,item,score,passage"]
    for name, solved in rows.items():
        lines += [f"{name},{n},{int(solved[n // 5])},{n // 5}" for n in range(200)]
    lines += [f"a,{n},{int(rows['a'][n // 5])},{n // 5}" for n in range(200)]
    table.write_text("\n".join(lines))
    alone, grouped = (
        falloff.compare_logs(table, group=g).pairs[0].whole for g in (None, "passage")
    )
    assert (alone.items, alone.groups, grouped.groups) == (200, 200, 40)
    assert alone.difference.estimate == pytest.approx(grouped.difference.estimate)
    assert grouped.difference.high - grouped.difference.low > 1.5 * (
        alone.difference.high - alone.difference.low
    )
    assert grouped.p is None


def test_a_last_line_cut_short_loses_that_line_alone_and_says_so(logs):
    path = next((logs / "org__small").glob("*.jsonl"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()[:-40])
    found = falloff.compare_logs(logs)
    assert found.pairs[0].whole.items == 199
    assert any("the last line is cut short" in note for note in found.notes)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda at: [at / "org__big"], "one model only, 'big'"),
        (lambda at: [at / "org__big", write(at / "x" / "org__small",
            [sample(n, 1.0, doc_hash=f"e{n}") for n in range(9)])], "share no item"),
        (lambda at: [at / "org__big", write(at / "x" / "org__big", [sample(1, 1.0)])], "both hold"),
        (lambda at: [at / "nowhere"], "no log at"),
        (lambda at: [at / "org__big", write(at / "y", [{"a": 1}])], "no log that falloff can read"),
        (lambda at: [at / "org__big", write(at / "z", [sample(1, 12.5)])], "outside 0 to 1"),
    ],
)  # fmt: skip
def test_logs_that_cannot_be_compared_are_an_error_that_says_what_to_do(logs, prepare, words):
    with pytest.raises(UsageError, match=words) as error:
        falloff.compare_logs(prepare(logs))
    assert error.value.remedy


def test_names_tell_files_of_one_name_apart(logs):
    big, small = (next((logs / f"org__{name}").glob("*")) for name in ("big", "small"))
    found = falloff.compare_logs([f"one={big}", f"two={small}"])
    assert (found.reference, found.pairs[0].model) == ("one", "two")


def test_a_million_samples_take_well_under_ninety_seconds(tmp_path):
    """A hundredth of them here, in a hundredth of the time allowed and some for the start."""
    for name in ("big", "small"):
        write(tmp_path / name, [sample(n, float(n % 3 > 0)) for n in range(5_000)])
    start = time.process_time()
    falloff.compare_logs(tmp_path)
    assert time.process_time() - start < 2.0


def test_nothing_that_a_log_names_is_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read")
    named = {"doc": {"question": str(secret), "image": "http://127.0.0.1:1/x.png"}}
    for name in ("a", "b"):
        write(tmp_path / name, [sample(n, 1.0, **named) for n in range(20)])
    before = secret.stat().st_atime_ns
    said = json.dumps(falloff.compare_logs([tmp_path / "a", tmp_path / "b"]).as_dict())
    assert "secret" not in said
    assert secret.stat().st_atime_ns == before


def test_the_page_has_the_finding_and_says_what_no_log_can_know(tmp_path):
    rows = [f"{m},i{n},{1 + n % 4},{int(n % 5 > (m != 'big'))}" for n in range(60)
            for m in ("big", "<script>alert(1)</script>")]  # fmt: skip
    (tmp_path / "logs.csv").write_text("\n".join(["model,item,steps,score", *rows]))
    found = falloff.compare_logs(tmp_path / "logs.csv", level="steps")
    page = found.report(tmp_path / "out.html").read_text(encoding="utf-8")
    kept = found.pairs[0].whole.retention
    assert f"keeps {kept.estimate:.0%}".replace("%", " %") in page.partition("</title>")[0]
    assert "What no log can know" in page
    assert "A guess is assumed to score 0" in page
    assert "Curves over steps" in page
    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    for anchor in set(re.findall(r'href="#([^"]+)"', page)):
        assert f'id="{anchor}"' in page


def test_why_a_log_holds_nothing_is_said_and_a_row_too_long_is_not_guessed_at(tmp_path):
    (tmp_path / "a.csv").write_bytes("model,item,score\ncaf\xe9,1,1\n".encode("latin-1"))
    with pytest.raises(UsageError, match=r"no scored answer.*not in UTF-8"):
        falloff.compare_logs(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("model,item,score\na,1,1\nb,1,0,9\n")
    with pytest.raises(UsageError, match="row 3: 4 cells for 3 columns"):
        falloff.compare_logs(tmp_path / "b.csv")
