"""The line that says how far a run is."""

from falloff.cli.progress import line
from falloff.core import Outcome, Reason
from falloff.run.progress import Meter
from falloff.sampling import Guess

SOLVED = Outcome(score=1.0, reason=Reason.SOLVED, calls=2)


def meter() -> Meter:
    made = Meter({"teacher": "micro:teacher", "student1": "micro:narrow"}, start=0.0)
    made.expect(10)
    for role in ("teacher", "student1"):
        made.note(role, SOLVED)
    return made


def test_models_are_called_by_their_names():
    said = line(meter().snapshot(2.0))
    assert said.startswith("2/20 answers · 4 calls · 1/s · 18 s left · ")
    assert said.endswith("solved so far: micro:teacher 100%, micro:narrow 100%")


def test_what_is_kept_so_far_comes_with_its_interval():
    known = meter()
    known.believe({"student1": Guess(value=0.78, half_width=0.06)})
    said = line(known.snapshot(2.0))
    assert said.endswith("keeps so far: micro:narrow 78 % (72–84 %)")


def test_one_model_alone_holds():
    alone = Meter({"model": "micro:base"}, start=0.0)
    alone.believe({"model": Guess(value=0.05, half_width=0.1)})
    assert line(alone.snapshot(1.0)).endswith("holds so far: micro:base 5 % (0–15 %)")


def test_the_rate_of_a_slow_model_is_told_by_the_minute():
    assert " · 4/min · " in line(meter().snapshot(30.0))
