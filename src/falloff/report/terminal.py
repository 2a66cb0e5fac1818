"""The finding in a terminal: headline, verdicts, tables, curves as sparklines.

Nothing that came from outside is read as markup. A narrow terminal gets records instead of
tables, one that knows no Unicode gets ASCII: the words stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from falloff.analysis.change import RunChange
from falloff.analysis.gate import GateReport, GateResult
from falloff.analysis.novelty import Novelty
from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.report.beyond import misfits
from falloff.report.caveats import caveats
from falloff.report.costs import cost_sentences, costs, savings
from falloff.report.diff_wording import diff_listings, diff_notes, diff_title
from falloff.report.disputed import disputed_sentences
from falloff.report.gate_wording import gate_advice, gate_gaps, gate_listing, gate_notes, gate_title
from falloff.report.geometry import Cloud, geometry_listing
from falloff.report.likeness import likeness
from falloff.report.lineup import panels
from falloff.report.listings import Listing, curves, families, ranking, worst_cells
from falloff.report.names import (
    briefly,
    change_briefly,
    gate_briefly,
    names_of,
    novelty_briefly,
)
from falloff.report.novelty_wording import novelty_listings, novelty_sentences
from falloff.report.null_wording import null_sentences
from falloff.report.unfinished import WHOLE, Standing
from falloff.report.wording import (
    by_retention,
    headline,
    illusion_sentence,
    lede,
    verdict_sentence,
)
from falloff.report.wording_effects import wording_alarms

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table
    from rich.text import Text

_MOST_CELLS = 5
# Lines of a table in a finding; the page has all.
_MOST_LINES = 30
_UNBOUNDED = 10_000
# Columns of names and places, beside the first.
_WRAPPED = ("Student", "Model", "Family", "Where", "Worth", "Levels")
_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_ASCII = str.maketrans({"–": "-", "−": "-", "→": "->", "…": "...", "·": "/", "τ": "tau"})


def render(
    comparison: Comparison,
    console: Console,
    novelty: Novelty | None = None,
    *,
    standing: Standing = WHOLE,
    geometry: Sequence[Cloud] = (),
) -> None:
    """Print the finding, as wide and as rich as ``console`` is.

    Where its tables take more than a screen it is said again at the end, where one is reading.
    """
    printer, names = _Printer(console), names_of(comparison)
    comparison = briefly(comparison)
    printer.finding(comparison, standing)
    rows = printer.tables(comparison)
    if geometry:
        printer.listing(geometry_listing(geometry, names))
    if novelty is not None:
        printer.novelty(novelty_briefly(novelty, names))
    if rows > console.height:
        console.print()
        printer.finding(comparison, standing, again=True)


def render_listings(listings: Iterable[Listing], console: Console) -> None:
    """Print tables, as wide and as rich as ``console`` is."""
    printer = _Printer(console)
    for listing in listings:
        printer.listing(listing)


def render_gate(report: GateReport, console: Console) -> None:
    """Print a gate: every student's standing, the rules with their evidence, the notes."""
    printer, report = _Printer(console), gate_briefly(report)
    for result in report.students:
        printer.gated(report, result)
    for note in gate_notes(report):
        printer.say(note)


def render_diff(change: RunChange, console: Console) -> None:
    """Print what changed between two runs."""
    printer, change = _Printer(console), change_briefly(change)
    title = printer.text(diff_title(change), "bold")
    listings = [listing for listing in diff_listings(change) if listing.rows]
    console.print(title)
    for listing in listings:
        printer.listing(listing)
    console.print()
    for note in diff_notes(change):
        printer.say(note)
    if sum(len(listing.rows) for listing in listings) > console.height:
        console.print("\n", title, sep="")


def so_far(
    comparison: Comparison | None, models: Listing, console: Console, *, room: int | None = None
) -> Group:
    """Where ``models`` are, and the finding as it stands, its curves cut to ``room`` lines."""
    from rich.console import Group

    printer = _Printer(console)
    parts: list[Table | Text] = printer.parts(models)
    if comparison is not None:
        comparison = briefly(comparison)
        shown = curves(comparison, ascii_only=console.options.ascii_only)
        over = len(shown.rows) - room if room is not None else 0
        parts += [printer.text(""), printer.text(headline(comparison), "bold")]
        if shown.rows:
            kept = shown.rows[:-over] if over > 0 else shown.rows
            parts += [printer.text(""), *printer.parts(replace(shown, rows=kept))]
        if over > 0:
            parts.append(printer.text(f"… and {over} more curves, for want of room.", "dim"))
    return Group(*parts)


class _Printer:
    """Holds the console, whose width and alphabet decide how things are said."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ascii = console.options.ascii_only

    def finding(self, comparison: Comparison, standing: Standing, *, again: bool = False) -> None:
        """Headline, caveats, verdicts; ``again``: what was said in between is left out."""
        self._console.print(self.text(headline(comparison), "bold"))
        for sentence in caveats(comparison, standing):
            self._console.print(self.text(sentence, "yellow"))
        if lede(comparison) and not again:
            self.say(lede(comparison))
        for student in by_retention(comparison):
            self._verdict(student)

    def tables(self, comparison: Comparison) -> int:
        """What the finding rests on; returns the number of rows."""
        for sentence in null_sentences(comparison):
            self._console.print(self.text(sentence))
        for alarm in (alarm for panel in panels(comparison) for alarm in misfits(panel)):
            self._console.print(self.text(alarm, "yellow"))
        for alarm in wording_alarms(comparison):
            self._console.print(self.text(alarm, "yellow"))
        listings = (
            ranking(comparison),
            families(comparison),
            curves(comparison, ascii_only=self._ascii),
            worst_cells(comparison, most=_MOST_CELLS),
            *likeness(comparison),
            costs(comparison),
            savings(comparison),
        )
        for listing in listings:
            if listing.rows:
                self.listing(listing, most=_MOST_LINES)
        for sentence in (*disputed_sentences(comparison), *cost_sentences(comparison)):
            self._console.print(self.text(sentence))
        return sum(len(listing.rows) for listing in listings)

    def gated(self, report: GateReport, result: GateResult) -> None:
        self._standing(result.status, gate_title(report, result))
        if advice := gate_advice(result):
            self.say(advice)
        self.listing(gate_listing(result))
        self._console.print()
        for sentence in gate_gaps(result):
            self.say(sentence)

    def say(self, sentence: str) -> None:
        self._console.print(self.text(sentence))

    def novelty(self, novelty: Novelty) -> None:
        for listing in novelty_listings(novelty, brief=True):
            self.listing(listing)
        self._console.print()
        for sentence in novelty_sentences(novelty):
            self._console.print(self.text(sentence))

    def _verdict(self, student: StudentComparison) -> None:
        words = f"{verdict_sentence(student)} {illusion_sentence(student)}".strip()
        self._standing(student.verdict.status, words)

    def _standing(self, status: str, words: str) -> None:
        line = self.text("")
        line.append(status.upper(), f"bold {_COLOURS[status]}")
        self._console.print(line.append_text(self.text(f"  {words}")))

    def listing(self, listing: Listing, *, most: int | None = None) -> None:
        """A table after an empty line, or records; up to ``most`` lines, if that is given."""
        shown = listing.first(most or len(listing.rows))
        parts = self.parts(shown)
        if most and len(parts) > most:
            shown = listing.first(most // len(listing.heads))
            parts = self.parts(shown)
        self._console.print()
        for part in parts:
            self._console.print(part)
        if left := len(listing.rows) - len(shown.rows):
            self._console.print(self.text(f"… and {left} more: falloff report RUN", "dim"))

    def parts(self, listing: Listing) -> list[Table | Text]:
        """A table where it fits, its names over several lines if need be, then without what can be
        spared; records where there is no room for that either.
        """
        title = self.text(listing.title, "bold")
        whole, table = listing, self._table(listing)
        while not self._fits(table) and listing.spare:
            listing = listing.without(listing.spare[0])
            table = self._table(listing)
        return [title, table] if self._fits(table) else [title, *self._records(whole)]

    def _fits(self, table: Table) -> bool:
        from rich.measure import Measurement

        unbounded = self._console.options.update_width(_UNBOUNDED)
        return Measurement.get(self._console, unbounded, table).minimum <= self._console.width

    def _table(self, listing: Listing) -> Table:
        """A table in which a name is not repeated from row to row."""
        from rich import box
        from rich.cells import cell_len
        from rich.table import Table

        style = box.ASCII2 if self._ascii else box.SIMPLE_HEAD
        table = Table(box=style, pad_edge=False, show_edge=False)
        for number, head in enumerate(listing.heads):
            cells = [head, *(row[number] for row in listing.rows)]
            wraps = number == 0 or head.startswith(_WRAPPED)
            whole = [
                part for cell in cells for part in (cell.split() if wraps else cell.split("\n"))
            ]
            table.add_column(
                self.text(head),
                no_wrap=not wraps,
                min_width=max(map(cell_len, whole), default=1),
                overflow="fold",
            )
        above = ""
        for name, *cells in listing.rows:
            table.add_row(*map(self.text, ("" if name == above else name, *cells)))
            above = name
        return table

    def _records(self, listing: Listing) -> Iterator[Text]:
        """One record a row: its name, then a line for each cell that says something."""
        for name, *cells in listing.rows:
            yield self.text(name, "underline")
            for head, cell in zip(listing.heads[1:], cells, strict=True):
                if cell:
                    joined = cell.replace("\n", ", ")
                    yield self.text(f"  {head.lower()}: {joined}")

    def text(self, text: str, style: str = "") -> Text:
        """Text that is taken literally; in ASCII where the terminal has nothing else."""
        from rich.text import Text

        if self._ascii:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode()
        return Text(text, style=style)
