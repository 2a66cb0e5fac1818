"""Who is shown and where: models in their seats, families with one entry per model."""

from __future__ import annotations

from dataclasses import dataclass

from falloff.analysis.estimates import FamilyProfile, Profile, Status
from falloff.analysis.pair_estimates import (
    CellDrop,
    Comparison,
    FamilyComparison,
    StudentComparison,
)
from falloff.report.visible import one_line

# A saturated family counts in the headline; its curves show that it is saturated.
USABLE = (Status.OK, Status.SATURATED)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A model's place: 0 is the teacher. The number decides its colour and dashes everywhere."""

    number: int
    profile: Profile
    student: StudentComparison | None = None

    @property
    def name(self) -> str:
        return one_line(self.profile.model)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One model on one family; ``status`` is the comparison's for a student."""

    seat: Seat
    profile: FamilyProfile
    comparison: FamilyComparison | None = None

    @property
    def status(self) -> Status:
        return self.comparison.status if self.comparison else self.profile.status


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One family with the models that were measured on it, the teacher first."""

    number: int
    family: str
    capability: str
    entries: tuple[Entry, ...]

    @property
    def claimants(self) -> tuple[Entry, ...]:
        """The entries whose numbers can be used; none if the family claims nothing.

        The teacher counts where at least one student can be compared with it.
        """
        teacher, students = self.entries[0], self.entries[1:]
        usable = tuple(e for e in students if e.status in USABLE)
        if students:
            return (teacher, *usable) if usable else ()
        return (teacher,) if teacher.status in USABLE else ()

    @property
    def spoiler(self) -> Entry:
        """The first entry that cannot be used: why the family claims nothing, if it does."""
        spoilt = (entry for entry in self.entries if entry.status not in USABLE)
        return next(spoilt, self.entries[0])

    @property
    def axes(self) -> tuple[str, ...]:
        """The dose axes on which some claiming model has a curve, in their own order."""
        names = [curve.axis for entry in self.claimants for curve in entry.profile.curves]
        return tuple(dict.fromkeys(names))


def seats(comparison: Comparison) -> tuple[Seat, ...]:
    """The teacher, then the students as they were given."""
    students = (
        Seat(number=number, profile=student.profile, student=student)
        for number, student in enumerate(comparison.students, 1)
    )
    return (Seat(number=0, profile=comparison.teacher), *students)


def panels(comparison: Comparison) -> tuple[Panel, ...]:
    """One panel per family of the teacher, in its order."""
    teacher, *students = seats(comparison)
    return tuple(
        Panel(
            number=number,
            family=family.family,
            capability=family.capability,
            entries=(
                Entry(seat=teacher, profile=family),
                *(entry for seat in students for entry in _entries(seat, family.family)),
            ),
        )
        for number, family in enumerate(comparison.teacher.families, 1)
    )


def worst_cells(comparison: Comparison, most: int) -> list[tuple[Seat, CellDrop]]:
    """The largest established losses, by their lower bounds: of every student the first, and so on.

    Taking turns, so that no student's cells keep those of another out.
    """
    found = [
        (rank, seat, cell)
        for seat in seats(comparison)
        if seat.student
        for rank, cell in enumerate(seat.student.worst)
    ]
    found.sort(key=lambda place: (place[0], -(place[2].drop.low or 0.0)))
    kept = [(seat, cell) for _, seat, cell in found[:most]]
    return sorted(kept, key=lambda pair: -(pair[1].drop.low or 0.0))


def _entries(seat: Seat, family: str) -> list[Entry]:
    """The student's entry on a family, if it was compared there."""
    compared = seat.student.families if seat.student else ()
    return [
        Entry(seat=seat, profile=c.student, comparison=c) for c in compared if c.family == family
    ]
