"""What may be said of novelty: sentences and tables, for the page, the terminal and Markdown."""

from __future__ import annotations

from falloff.analysis.estimates import Interval
from falloff.analysis.novelty import FamilyNovelty, Novelty, StudentNovelty, Traffic, Zone
from falloff.report.listings import Listing
from falloff.report.numerals import (
    DASH,
    count,
    defined,
    number_interval,
    percent,
    percent_interval,
    plural,
    points,
    quantity,
)
from falloff.report.scales import spoken_name
from falloff.report.visible import one_line

# A suite of which so much lies inside the rim cannot see a collapse.
_BLIND = 0.9
_FEW = 8
# Readings of traffic further apart than this cannot be trusted.
APART = 0.05
_LONG = 300
_WHERE = {"at": "at the rim", "beyond": "beyond it"}


def novelty_sentences(novelty: Novelty) -> tuple[str, ...]:
    """All that is said of it, the most important first."""
    said = [*(one_line(line, _LONG) for line in novelty.said if "benchmark itself" in line)]
    if novelty.why:
        said.append(f"Novelty is not identifiable: {one_line(novelty.why, _LONG)}.")
    else:
        said += [kept_sentence(student) for student in novelty.students]
        said += [unbounded_sentence(model, edge) for model, edge in judged(novelty)]
        said += [traffic_sentence(traffic) for traffic in novelty.traffic]
        said.append(_suite_sentence(novelty))
    said.append(_duplicates_sentence(novelty))
    said.append(f"The view is {one_line(novelty.view)}: it sees {one_line(novelty.sees, _LONG)}.")
    return tuple(filter(None, said))


def judged(novelty: Novelty) -> list[tuple[str, Interval]]:
    """Whose edge matters: the students', or that of the one model."""
    students = [(student.model, student.edge) for student in novelty.students]
    return students or [(novelty.teacher, novelty.teacher_edge)]


def kept_sentence(student: StudentNovelty) -> str:
    """Inside its distribution the student keeps X, at the rim Y, beyond it Z."""
    if not student.zones:
        return ""
    first, *others = student.zones
    inside = f"Inside its distribution {one_line(student.model)} {_keeps(first)}"
    return f"{', '.join([inside, *(f'{_WHERE[z.zone]} {_kept(z)}' for z in others)])}."


def traffic_sentence(traffic: Traffic) -> str:
    """How much of what users ask lies where the model holds, and what it keeps of it."""
    inside = traffic.shares[0].share
    text = f"Of {plural(traffic.prompts, 'prompt')} of traffic {percent(inside)} lie inside the rim"
    if defined(traffic.safe) and defined(traffic.unsafe):
        text += (
            f"; {percent(traffic.safe)} before the edge of {one_line(traffic.model)},"
            f" {percent(traffic.doubtful)} within its interval, {percent(traffic.unsafe)} past it"
        )
    if defined(traffic.retention.estimate):
        text += f"; weighted by traffic it keeps {percent_interval(traffic.retention)}"
        if traffic.covered < _BLIND:
            text += f" of the {percent(traffic.covered)} that probes say something about"
        if defined(traffic.apart) and traffic.apart >= APART:
            text += (
                f". Two readings of it are {points(traffic.apart)} apart: novelty does not tell how"
                " much easier this traffic is than the probes. Ask the models a sample of it"
            )
    return f"{text}."


def unbounded_sentence(model: str, edge: Interval) -> str:
    """That no edge was found, and how far was looked; silent where there is one."""
    if edge.censored != "above" or not defined(edge.estimate):
        return ""
    furthest = quantity(edge.estimate)
    said = f"No edge of {one_line(model)} was found up to novelty {furthest}, the furthest asked"
    if defined(edge.low) and quantity(edge.low) != furthest:
        said += f"; one from {quantity(edge.low)} on is not excluded"
    return f"{said}. Beyond that nothing is known."


def _keeps(zone: Zone) -> str:
    if not defined(zone.retention.estimate):
        return f"cannot be judged ({_why_not(zone)})"
    return f"keeps {percent_interval(zone.retention)}"


def _kept(zone: Zone) -> str:
    if not defined(zone.retention.estimate):
        return f"nothing can be said ({_why_not(zone)})"
    return percent_interval(zone.retention)


def _why_not(zone: Zone) -> str:
    if zone.probes < _FEW:
        return plural(zone.probes, "probe")
    return "the teacher itself solves next to nothing there"


def _suite_sentence(novelty: Novelty) -> str:
    inside, _, beyond = novelty.shares
    text = f"{percent(inside.share)} of the probes lie inside the rim"
    if inside.share >= _BLIND:
        return f"{text}: a benchmark inside the rim cannot see a collapse."
    return f"{text}, {percent(beyond.share)} beyond it."


def _duplicates_sentence(novelty: Novelty) -> str:
    if not novelty.duplicates:
        return "No probe says what a training prompt says."
    many = "probe says" if novelty.duplicates == 1 else "probes say"
    return (
        f"{count(novelty.duplicates)} {many} what a training prompt says, all but a letter or two:"
        " what is solved there may have been learnt by heart."
    )


def novelty_listings(novelty: Novelty | None, *, brief: bool = False) -> tuple[Listing, ...]:
    """What is kept by student, and families; none where there is no training data.

    ``brief``: without what teacher and student hold in each zone.
    """
    if novelty is None:
        return ()
    tables = (_kept_by_zone(novelty) if brief else _zones(novelty), _families(novelty))
    return tuple(table for table in tables if table.rows)


def _kept_by_zone(novelty: Novelty) -> Listing:
    return Listing(
        title="Novelty: what is kept how far from the training data",
        heads=("Student", "Inside", "At the rim", "Beyond", "Edge"),
        spare=("Edge",),
        rows=tuple(
            (
                one_line(student.model),
                *(percent_interval(zone.retention) for zone in student.zones),
                number_interval(student.edge),
            )
            for student in novelty.students
            if student.zones
        ),
    )


def _zones(novelty: Novelty) -> Listing:
    return Listing(
        title="Novelty: what is kept how far from the training data",
        heads=("Student", "Zone", "Probes", "Teacher holds", "Student holds", "Retention", "Edge"),
        spare=("Probes",),
        rows=tuple(
            (
                one_line(student.model),
                zone.zone,
                count(zone.probes),
                percent_interval(zone.teacher),
                percent_interval(zone.student),
                percent_interval(zone.retention),
                number_interval(student.edge) if zone.zone == "inside" else "",
            )
            for student in novelty.students
            for zone in student.zones
        ),
    )


def _families(novelty: Novelty) -> Listing:
    return Listing(
        title="Novelty of the families, in rims" if novelty.why is None else "Distance of families",
        heads=("Family", "Its centre", "All its probes", "Inside the rim", "Probes"),
        spare=("Probes",),
        rows=tuple(_family(family, novelty.why is None) for family in novelty.families),
    )


def _family(family: FamilyNovelty, known: bool) -> tuple[str, ...]:
    centre, whole = (
        (family.centre, family.novelty) if known else (family.centre_distance, family.distance)
    )
    return (
        spoken_name(family.family),
        quantity(centre) if defined(centre) else DASH,
        quantity(whole) if defined(whole) else DASH,
        percent(family.inside),
        count(family.probes),
    )
