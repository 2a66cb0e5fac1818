"""What the embedded models are grown from: data, labels, size and schedule, each with its seed."""

from __future__ import annotations

from falloff.lab.corpus import Corpus, Mix, Reach
from falloff.lab.network import STUDENT, TEACHER
from falloff.lab.recipe import AnyRecipe, Objective, OnPolicy, Quantised, Recipe
from falloff.lab.schedule import Schedule


def _mix(difficulty: Reach, shift: Reach) -> Mix:
    """The same reach for all families: on their axis of difficulty and on their axis of shift."""
    return Mix(
        reach={
            "rule_chain": {"steps": difficulty, "distractors": shift},
            "tool_chain": {"chain": difficulty, "tool_set_size": shift},
            "fault_chain": {"fault_count": difficulty, "fault_kind": shift},
            "update_chain": {"horizon": difficulty, "interference": shift},
            "rewrite_chain": {"applications": difficulty, "redefined": shift},
        }
    )


# The whole range: common near the centre, thinning outward, nothing beyond the tops. The boxes of
# the families go further, so that the edge of a model trained here lies inside them.
BROAD = _mix(Reach(scale=3.0, top=8), Reach(scale=2.0, top=4))
# A slice at the centre with a thin tail: 27 in 28 probes at the first level of each axis.
NARROW = _mix(Reach(scale=0.3, top=8), Reach(scale=0.3, top=4))

# Some seventy steps a family, and half as many again to cool down.
_DISTIL = Schedule(max_steps=375, cooldown=0.5, matrix_rate=1e-3, other_rate=7.5e-4)
# Distinct prompts that a student is distilled on; training goes round them several times.
_PROMPTS = 6000

RECIPES: tuple[AnyRecipe, ...] = (
    Recipe(
        name="teacher",
        purpose="The broad model: trained from scratch on right answers over the whole range.",
        shape=TEACHER,
        corpus=Corpus(mix=BROAD, seed=1),
        seed=1,
        schedule=Schedule(max_steps=3000),
        target=0.93,
    ),
    Recipe(
        name="base",
        purpose="The students' common start: small, trained from scratch like the teacher.",
        shape=STUDENT,
        corpus=Corpus(mix=BROAD, seed=2),
        seed=2,
        schedule=Schedule(max_steps=3000),
        target=0.93,
    ),
    Recipe(
        name="narrow",
        purpose="The base, distilled from the teacher on a slice around the centre.",
        corpus=Corpus(mix=NARROW, seed=3, size=_PROMPTS),
        answers="greedy",
        objective=Objective(loss="forward_kl"),
        teacher="teacher",
        start="base",
        seed=3,
        schedule=_DISTIL,
    ),
    Recipe(
        name="gold-narrow",
        purpose="As narrow, but taught by right answers: tells distilling apart from narrow data.",
        corpus=Corpus(mix=NARROW, seed=3, size=_PROMPTS),
        start="base",
        seed=3,
        schedule=_DISTIL,
    ),
    Recipe(
        name="broad",
        purpose="The base, distilled from the teacher over the whole range.",
        corpus=Corpus(mix=BROAD, seed=3, size=_PROMPTS),
        answers="greedy",
        objective=Objective(loss="forward_kl"),
        teacher="teacher",
        start="base",
        seed=3,
        schedule=_DISTIL,
    ),
    Recipe(
        name="on-policy",
        purpose="As narrow, but half of its steps on what it writes itself, judged by the teacher.",
        corpus=Corpus(mix=NARROW, seed=3, size=_PROMPTS),
        answers="greedy",
        objective=Objective(loss="jsd"),
        on_policy=OnPolicy(start=0.5, end=0.5),
        teacher="teacher",
        start="base",
        seed=3,
        schedule=_DISTIL,
    ),
    Quantised(
        name="teacher-int4",
        purpose="The teacher, rounded to 4 bits.",
        source="teacher",
        bits=4,
    ),
    Quantised(
        name="teacher-int3",
        purpose="The teacher, rounded to 3 bits.",
        source="teacher",
        bits=3,
    ),
)
