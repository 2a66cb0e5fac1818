"""Short names of models are shorter, and never two of one name."""

from hypothesis import given
from hypothesis import strategies as st

from falloff.core.naming import short_names

PARTS = st.sampled_from(["runs", "night", "a-rather-long-folder-name", "student", "checkpoint-500"])
PATHS = st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: f"hf:/{'/'.join(parts)}")

ENDPOINTS = st.builds("openai:{}@http://{}.example:8000/v1".format, PARTS, PARTS)


@given(st.lists(st.one_of(PATHS, ENDPOINTS), max_size=6))
def test_no_two_models_get_one_name_and_short_names_stay_as_they_are(models: list[str]) -> None:
    names = short_names(models)
    assert set(names) == set(models)
    assert len(set(names.values())) == len(names)
    assert all(len(name) <= len(model) + 1 for model, name in names.items())
    again = short_names(names.values())
    assert all(again[name] == name for name in names.values())


def test_of_a_path_only_what_tells_it_apart_is_kept() -> None:
    folder = "hf:/mnt/disks/experiments/of/the/night"
    names = short_names(
        ["micro:teacher", f"{folder}/a/checkpoint-500", f"{folder}/b/checkpoint-500"]
    )
    assert list(names.values()) == [
        "micro:teacher",
        "hf:…/a/checkpoint-500",
        "hf:…/b/checkpoint-500",
    ]
    assert short_names([f"{folder}/student?dtype=float16"]) == {
        f"{folder}/student?dtype=float16": "hf:…/student"
    }


def test_an_endpoint_keeps_its_address_only_where_that_is_the_difference() -> None:
    here, there = (f"openai:Qwen/Qwen3-8B@http://host-{n}.example:8000/v1" for n in (1, 2))
    assert short_names([here])[here] == "openai:Qwen/Qwen3-8B"
    assert set(short_names([here, there]).values()) == {here, there}
