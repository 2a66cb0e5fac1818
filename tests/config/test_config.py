"""falloff.toml: every key known, every value of its type, prices found by name."""

import pytest

from falloff.config import find_config, read_config
from falloff.core import Price, UnknownNameError, Usage, UsageError, money


def written(folder, text):
    file = folder / "falloff.toml"
    file.write_text(text)
    return file


def test_no_file_says_nothing(tmp_path):
    assert find_config(tmp_path).defaults.said() == {}


def test_paths_start_at_the_files_own_folder(tmp_path):
    file = written(tmp_path, '[defaults]\nsuite = "own.toml"\n[bench]\nfile = "q.jsonl"')
    config = read_config(file)
    assert config.defaults.suite == str(tmp_path / "own.toml")
    assert config.bench.file == tmp_path / "q.jsonl"


def test_columns_may_be_several(tmp_path):
    bench = read_config(
        written(tmp_path, '[bench]\nprompt="q"\nchoices=["A","B"]\ntolerance=0.01')
    ).bench
    assert bench.columns == {"prompt": "q", "choices": "A|B"}
    assert bench.rule == "numeric:0.01"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[defaults]\nbudgt = 3", "defaults.budget"),
        ('[bench]\nprompt="q"\nanswr="a"', "bench.answer"),
        ('[prices]\n"m" = {input = 1, outpt = 2}', "output"),
        ("[defalts]\n", "defaults"),
    ],
)
def test_an_unknown_key_gets_a_suggestion(tmp_path, text, near):
    with pytest.raises(UnknownNameError, match=r"falloff\.toml") as caught:
        read_config(written(tmp_path, text))
    assert near in (caught.value.suggestion or "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[defaults]\nbudget = "many"', "defaults.budget"),
        ("[defaults]\nbudget = true", "defaults.budget"),
        ("[defaults]\nmax_cost = -1", "defaults.max_cost"),
        ("[defaults]\nprecision = nan", "defaults.precision"),
        ("confirm_above = 'x'", "confirm_above"),
        ('[prices]\n"m" = {input = 2}', 'prices."m"'),
        ('[prices]\n"m" = 3', 'prices."m"'),
        ("defaults = 3", "defaults"),
    ],
)
def test_a_wrong_value_names_file_and_key(tmp_path, text, key):
    file = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_config(file)
    assert f"{file}: {key}" in caught.value.message


def test_what_is_spelt_out_goes_before_a_star(tmp_path):
    table = read_config(
        written(
            tmp_path,
            '[prices]\n"gpt-4o*"={input=1,output=1}\n"gpt-4o-mini"={input=2,output=2}',
        )
    ).prices
    assert table.of("openai:gpt-4o-mini@http://h/v1?seed=3") == Price(input=2, output=2)
    assert table.of("openai:gpt-4o") == Price(input=1, output=1)
    assert table.of("hf:./gpt-3") is None


def test_cached_tokens_cost_their_own_price_and_hours_count():
    usage = Usage(
        prompt_tokens=3_000_000, cached_tokens=1_000_000, completion_tokens=500_000, busy=1800
    )
    price = Price(input=2, cached=1, output=10, per_hour=4)
    assert price.of(usage) == pytest.approx(4 + 1 + 5 + 2)
    assert Price(input=2, output=10).of(usage) == pytest.approx(11)


def test_small_money_keeps_its_digits():
    assert [money(x, "EUR") for x in (0, 12.345, 0.0031)] == [
        "0.00 EUR",
        "12.35 EUR",
        "0.0031 EUR",
    ]
