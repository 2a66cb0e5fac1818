"""Text that hides, reorders or overflows is shown for what it is."""

import pytest

from falloff.report.visible import excerpt, one_line, visible


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain, naïve, 日本語, 👍", "plain, naïve, 日本語, 👍"),
        ("a\x00b", r"a\x00b"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202egnirts", r"\u202egnirts"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("two\r\nlines\tand a tab", "two\\r\nlines\tand a tab"),
    ],
)
def test_what_is_hidden_is_written_out(said: str, shown: str) -> None:
    assert visible(said) == shown


def test_anything_can_be_written_as_utf8() -> None:
    everything = "".join(map(chr, range(0x11000))) + "".join(map(chr, range(0xE0000, 0xE0100)))
    assert visible(everything).encode()


def test_what_is_cut_off_is_counted() -> None:
    assert excerpt("x" * 1_000_000, 10) == (
        "xxxxxxxxxx… [999,990 of 1,000,000 characters not shown]"
    )


def test_a_name_stays_on_one_line_and_short() -> None:
    assert one_line("a\nb") == r"a\nb"
    assert len(one_line("n" * 5000)) == 80
