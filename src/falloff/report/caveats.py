"""What must be read before a number is believed: too few probes, answers that are missing."""

from __future__ import annotations

from falloff.analysis.pair_estimates import Comparison
from falloff.report.lineup import panels
from falloff.report.numerals import count, plural
from falloff.report.scales import spoken_name
from falloff.report.unfinished import WHOLE, Standing, lacking_sentences
from falloff.sparse import LEAST_SENSIBLE, TOO_FEW_TO_SAY

# Families that are named each.
_FEW = 3


def caveats(comparison: Comparison, standing: Standing = WHOLE) -> tuple[str, ...]:
    """For the head of a finding, whatever shows it; none where probes are enough and all there."""
    return (*_sparse(comparison), *lacking_sentences(standing))


def _sparse(comparison: Comparison) -> tuple[str, ...]:
    """Of families that say something, which rest on too few scored probes to say it."""
    asked = {
        panel.family: min(entry.profile.probes for entry in panel.claimants)
        for panel in panels(comparison)
        if panel.claimants
    }
    few = {family: probes for family, probes in asked.items() if probes < LEAST_SENSIBLE}
    if not few:
        return ()
    if len(few) > _FEW:
        which = "all" if len(few) == len(asked) else f"{count(len(few))} of"
        which += f" {plural(len(asked), 'family', 'families')}"
    else:
        which = ", ".join(f"{spoken_name(f)} ({count(probes)})" for f, probes in few.items())
    return (f"{TOO_FEW_TO_SAY}. Here that is so of {which}; a larger budget continues the run.",)
